import type { Clock } from "../ports/clock.ts";
import type { Source } from "../ports/source.ts";
import { watchSource } from "../service/watch-source.ts";
import type { Readiness } from "../web/api.ts";

/** A reader this close behind the log has caught up with it, even if the log is never quiet. */
const CLOSE_BEHIND_MS = 10_000;

/** Whether the daemon is connected and has caught up with its log. */
export class DaemonReadiness {
  readonly #clock: Clock;
  #connected = false;
  #caughtUp = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The connection came or went. */
  set connected(connected: boolean) {
    this.#connected = connected;
  }

  get now(): Readiness {
    if (!this.#connected) return { ready: false, reason: "not connected to NATS" };
    return this.#caughtUp ? { ready: true } : { ready: false, reason: "still reading what the stream held before" };
  }

  /** The same source, looked at as it is read; `onCaughtUp` is called once. */
  watch(source: Source, onCaughtUp: () => void): Source {
    const caughtUp = (): void => {
      if (!this.#caughtUp) onCaughtUp();
      this.#caughtUp = true;
    };
    const nearly = (logTimeMs: number | undefined): boolean =>
      logTimeMs !== undefined && this.#clock.now() - CLOSE_BEHIND_MS <= logTimeMs;
    return watchSource(source, ({ entries, quietUntilMs }) => {
      if (quietUntilMs !== undefined || nearly(entries.at(-1)?.logTimeMs)) caughtUp();
    });
  }
}
