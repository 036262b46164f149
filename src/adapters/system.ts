import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../ports/clock.ts";

/** The machine's wall clock: the only place in the program that reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch {
      // Aborted: the sleeper wanted to wake up.
    }
  },
};

/** Milliseconds since some moment, in small parts of one: for spans. CPU time moves by a whole one at a time. */
export function monotonicNow(): number {
  return performance.now();
}

/** What a signal to end has done so far. */
export interface ShutdownSignals extends Disposable {
  /** Aborts at the first SIGINT or SIGTERM; its reason is the signal's name. */
  readonly signal: AbortSignal;
  /** The first signal that came, and the exit code a shell expects for it (130 or 143). */
  received(): { readonly name: "SIGINT" | "SIGTERM"; readonly exitCode: number } | undefined;
}

/** Listens for SIGINT and SIGTERM: the first asks to end in order, a second ends the process. */
export function shutdownSignals(): ShutdownSignals {
  const controller = new AbortController();
  let first: { name: "SIGINT" | "SIGTERM"; exitCode: number } | undefined;
  const hear = (name: "SIGINT" | "SIGTERM"): void => {
    const exitCode = name === "SIGINT" ? 130 : 143;
    if (first !== undefined) process.exit(exitCode);
    first = { name, exitCode };
    controller.abort(name);
  };
  const onInterrupt = (): void => hear("SIGINT");
  const onTerminate = (): void => hear("SIGTERM");
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  return {
    signal: controller.signal,
    received: () => first,
    [Symbol.dispose]() {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
    },
  };
}

/** Calls `heard` at each SIGHUP, which would end the process otherwise, until disposed of. */
export function onHangup(heard: () => void): Disposable {
  process.on("SIGHUP", heard);
  return { [Symbol.dispose]: () => void process.off("SIGHUP", heard) };
}

/** A key that nobody can guess. */
export function randomKey(): string {
  return randomBytes(32).toString("hex");
}
