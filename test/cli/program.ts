import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NODE = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
const STOP_MS_MAX = 15_000;

/** The program as a process of its own; ended at the end of the test, whatever happened. */
export interface Program extends AsyncDisposable {
  /** What it has written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Waits for words on standard error. */
  sees(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal. */
  signal(name: "SIGINT" | "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Resolves with the exit code; `undefined` where a signal killed it. */
  readonly ended: Promise<number | undefined>;
  /** Stops reading its standard output, as `head` does. */
  closeOutput(): void;
}

/** Starts `tapio ARGV…`. */
export function startProgram(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child: ChildProcess = spawn(NODE, ["src/cli/main.ts", ...argv], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A test that takes too long never comes to the end of its block.
  onTestFinished(() => void child.kill("SIGKILL"));
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString("utf8");
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString("utf8");
  });
  const ended = once(child, "close").then(([code]) => (code as number | null) ?? undefined);
  return {
    out: () => out,
    err: () => err,
    ended,
    signal: (name) => void child.kill(name),
    closeOutput: () => void child.stdout?.destroy(),
    async sees(pattern) {
      for (;;) {
        const found = pattern.exec(err);
        if (found !== null) return found;
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before ${pattern}:\n${err}`);
        await Promise.race([once(child.stderr ?? child, "data"), ended]);
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
      await ended;
      clearTimeout(late);
    },
  };
}
