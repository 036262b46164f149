import { setTimeout as sleep } from "node:timers/promises";
import type { JetStreamManager } from "@nats-io/jetstream";
import { isStreamMissing } from "../../src/adapters/nats/server-refusal.ts";
import type { EngineRunner } from "./engine-runner.ts";
import { insist } from "./insist.ts";
import { LIMITS } from "./limits.ts";
import type { LogRecord } from "./log-record.ts";
import type { Publisher } from "./publisher.ts";

/** Whose stream it is, and who has to know. */
export interface StreamHarmOptions {
  readonly manager: JetStreamManager;
  readonly stream: string;
  readonly subject: string;
  readonly replicas: number;
  readonly record: LogRecord;
  readonly publisher: Publisher;
}

/** By then every window is idle, and the server has said that it was quiet for so long. */
const CLOSED_MS = LIMITS.correlationWindowMs + 1_300;

/** Takes from the stream what it need not hold any more, or all of it. */
export class StreamHarm {
  readonly #options: StreamHarmOptions;

  constructor(options: StreamHarmOptions) {
    this.#options = options;
  }

  /** Makes the stream, where it is not there. */
  async create(): Promise<void> {
    const { manager, stream, subject, replicas } = this.#options;
    await insist(() => manager.streams.add({ name: stream, subjects: [subject], num_replicas: replicas }));
  }

  /**
   * Purges everything before the first entry that an engine would read again: not one entry more may be
   * needed than the checkpoint says. Whether there was a checkpoint of this stream to go by.
   */
  async purge(engine: EngineRunner): Promise<boolean> {
    const { manager, stream, record } = this.#options;
    const { saved } = engine;
    if (saved === undefined || saved.base !== record.base) return false;
    await record.catchUp();
    await insist(() => manager.streams.purge(stream, { seq: saved.from - saved.base }));
    return true;
  }

  /**
   * Deletes the stream and makes another one by its name, in a moment in which nothing of it is needed: all
   * was read, and no window is open but that of a tick. The engine sees it happen, or is dead meanwhile.
   */
  async recreate(engine: EngineRunner, whileDead: boolean): Promise<void> {
    const { manager, stream, record, publisher } = this.#options;
    await publisher.hold();
    await sleep(CLOSED_MS);
    await publisher.tick();
    await record.catchUp();
    await engine.comeTo(record.position, record.position);
    if (whileDead) await engine.signal("SIGKILL");
    await insist(() =>
      manager.streams.delete(stream).catch((cause: unknown) => {
        if (!isStreamMissing(cause)) throw cause;
      }),
    );
    await this.create();
    record.beginAnew();
    // What begins the gap and what ends it is the same for every engine, however late it looks.
    await publisher.tick();
    publisher.goOn();
  }
}
