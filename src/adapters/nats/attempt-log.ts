import type { KV } from "@nats-io/kv";
import type { AttemptLog, Attempts } from "../../ports/attempt-log.ts";
import { CheckpointError } from "../../ports/checkpoint-store.ts";
import { openAttempts, sealAttempts } from "../attempts-text.ts";
import { isWrongLastSequence } from "./server-refusal.ts";

/** What an {@link AttemptLog} in a bucket needs. */
export interface KvAttemptLogOptions {
  readonly bucket: KV;
  readonly key: string;
  /** Throws where another engine has taken the checkpoint over. */
  readonly confirm: () => Promise<void>;
}

/** An {@link AttemptLog} under a key beside the checkpoint; each save is a compare-and-set. */
export class KvAttemptLog implements AttemptLog {
  readonly #options: KvAttemptLogOptions;
  #revision = 0;

  constructor(options: KvAttemptLogOptions) {
    this.#options = options;
  }

  load(): Promise<Attempts | undefined> {
    const { bucket, key } = this.#options;
    return this.#do("read", async () => {
      const entry = await bucket.get(key);
      this.#revision = entry?.revision ?? 0;
      return entry?.operation === "PUT" ? openAttempts(entry.string()) : undefined;
    });
  }

  async save(attempts: Attempts): Promise<void> {
    const { confirm } = this.#options;
    const text = sealAttempts(attempts);
    await this.#do("written", async () => {
      try {
        await this.#put(text);
      } catch (cause) {
        if (!isWrongLastSequence(cause)) throw cause;
        // Ours, whose answer was lost, or that of an engine which does not know yet that it has lost its place.
        await confirm();
        await this.load();
        await this.#put(text);
      }
    });
  }

  async #put(text: string): Promise<void> {
    const { bucket, key } = this.#options;
    this.#revision = await bucket.put(key, text, { previousSeq: this.#revision });
  }

  async #do<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof CheckpointError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `what is being worked on cannot be ${what} (${this.#options.key}): ${why}`;
      throw new CheckpointError(message, { cause, lost: false });
    }
  }
}
