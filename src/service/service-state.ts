import type { EngineCounters } from "../core/model/story.ts";
import type { EpochMs } from "../core/model/time.ts";
import type { Checkpoint, CheckpointStore } from "../ports/checkpoint-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Source } from "../ports/source.ts";
import { Books } from "./books.ts";
import type { ReloadState } from "./reload.ts";
import type { SinkStatus } from "./sink-queue.ts";
import { watchSource } from "./watch-source.ts";

/** Where a reader is in its log. */
export interface LogState {
  readonly name: string;
  readonly position: number | undefined;
  /** Log time of that entry, where the log has its own. */
  readonly logTimeMs: EpochMs | undefined;
  /** Entries that wait in the log, as it said last. */
  readonly pending: number | undefined;
}

/** Everything that metrics and status are made of, at one moment. */
export interface ServiceState {
  readonly version: string;
  readonly nowMs: EpochMs;
  readonly startedAtMs: EpochMs;
  readonly books: Books;
  readonly counters: EngineCounters;
  /** Windows that are open, of traces and of join groups, and the bytes that they hold, estimated. */
  readonly windows: { readonly traces: number; readonly groups: number; readonly bytes: number };
  readonly log: LogState | undefined;
  readonly checkpoint: { readonly position: number; readonly savedAtMs: EpochMs } | undefined;
  readonly sinks: readonly SinkStatus[];
  /** New stories kept from notifiers because of a flood. */
  readonly heldBack: number;
  readonly rules: ReloadState | undefined;
}

/** What {@link ServiceObserver} looks at when it is asked. */
export interface ObservedParts {
  readonly engine: {
    readonly counters: EngineCounters;
    readonly openWindows: { readonly traces: number; readonly groups: number; readonly bytes: number };
  };
  readonly outlets?: { readonly status: readonly SinkStatus[] } | undefined;
  readonly flood?: { readonly heldBack: number } | undefined;
  readonly rules?: { readonly state: ReloadState } | undefined;
}

/** Looks on while the service runs, without being in its way. */
export class ServiceObserver {
  readonly #clock: Clock;
  readonly #version: string;
  readonly #startedAtMs: EpochMs;
  #parts: ObservedParts | undefined;
  #books = new Books();
  #log: LogState | undefined;
  /** A batch is being worked on. */
  #isBusy = false;
  #checkpoint: ServiceState["checkpoint"];

  constructor(options: { readonly clock: Clock; readonly version: string }) {
    this.#clock = options.clock;
    this.#version = options.version;
    this.#startedAtMs = options.clock.now();
  }

  /** Says what there is to look at, once it is there. */
  observe(parts: ObservedParts): void {
    this.#parts = parts;
  }

  /** For the pipeline's `onProgress`. */
  readonly progress = (books: Books): void => {
    this.#books = books;
  };

  /** The same source, looked at as it is read. */
  watchSource(source: Source): Source {
    const start: LogState = { name: source.name, position: undefined, logTimeMs: undefined, pending: undefined };
    this.#log = start;
    const note = (more: Partial<LogState>): void => {
      this.#log = { ...(this.#log ?? start), ...more };
    };
    return watchSource(
      source,
      ({ entries }) => {
        const last = entries.at(-1);
        if (last !== undefined) note({ position: last.position, logTimeMs: last.logTimeMs });
        this.#isBusy = false;
      },
      // Known before the work is done, which may take long where a sink holds it up.
      ({ pending }) => {
        note(pending === undefined ? {} : { pending });
        this.#isBusy = true;
      },
    );
  }

  /**
   * Asks how far the log goes where the work on a batch takes long: a full queue holds up reading then,
   * and no batch brings word of how much waits.
   */
  async lookBehind(lastPosition: () => Promise<number>): Promise<void> {
    const before = this.#log;
    if (!this.#isBusy || before === undefined) return;
    const last = await lastPosition();
    if (this.#log === before) this.#log = { ...before, pending: Math.max(0, last - (before.position ?? 0)) };
  }

  /** The same store, looked at as it is written. */
  watchCheckpoints(store: CheckpointStore): CheckpointStore {
    const note = ({ position, base = 0 }: Checkpoint): void => {
      this.#checkpoint = { position: position - base, savedAtMs: this.#clock.now() };
    };
    return {
      load: () => store.load(),
      async save(checkpoint) {
        await store.save(checkpoint);
        note(checkpoint);
      },
      confirm: () => store.confirm(),
      attempts: store.attempts,
    };
  }

  /** The state now; `undefined` before there is anything to look at. */
  get state(): ServiceState | undefined {
    if (this.#parts === undefined) return undefined;
    const { engine, outlets, flood, rules } = this.#parts;
    return {
      version: this.#version,
      nowMs: this.#clock.now(),
      startedAtMs: this.#startedAtMs,
      books: this.#books,
      counters: engine.counters,
      windows: engine.openWindows,
      log: this.#log,
      checkpoint: this.#checkpoint,
      sinks: outlets?.status ?? [],
      heldBack: flood?.heldBack ?? 0,
      rules: rules?.state,
    };
  }
}
