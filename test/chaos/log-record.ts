import type { JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { openJetStreamSource } from "../../src/adapters/nats/jetstream-source.ts";
import type { LogEntry, Source } from "../../src/ports/source.ts";
import { insist } from "./insist.ts";

const BATCH_MAX = 500;

/**
 * Every entry that the stream ever held, for whoever reads it undisturbed: what is purged, or goes with
 * the stream when that is deleted, was written down before.
 */
export class LogRecord {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #stream: string;
  /** One for the stream, and one more for each time that it was made anew. */
  readonly #parts: LogEntry[][] = [[]];
  #base = 0;

  constructor(connection: NatsConnection, manager: JetStreamManager, stream: string) {
    this.#connection = connection;
    this.#manager = manager;
    this.#stream = stream;
  }

  /** What an engine adds to the sequences of the stream as it is now. */
  get base(): number {
    return this.#base;
  }

  /** Place of the last entry written down, as an engine counts. */
  get position(): number {
    return this.#base + this.#lastSequence;
  }

  /** Writes down what the stream holds by now. Throws where something is missing. */
  catchUp(): Promise<void> {
    return insist(() => this.#read());
  }

  /** The stream was deleted and made anew: its sequences begin anew too. */
  beginAnew(): void {
    this.#base = this.position;
    this.#parts.push([]);
  }

  /** The record as a log to be read from its beginning; `atEnd` is called behind its last entry. */
  source(atEnd: () => void): Source {
    const [parts, name] = [this.#parts, this.#stream];
    let next = 0;
    return {
      name,
      finite: false,
      place: (position) => `${name}:${position}`,
      async *batches() {
        const entries = parts[next++] ?? [];
        for (let start = 0; start < entries.length; start += BATCH_MAX) {
          yield { entries: entries.slice(start, start + BATCH_MAX) };
        }
        if (next === parts.length) atEnd();
        else yield { entries: [], wentBack: true };
      },
      async [Symbol.asyncDispose]() {},
    };
  }

  get #lastSequence(): number {
    return this.#parts.at(-1)?.at(-1)?.position ?? 0;
  }

  async #read(): Promise<void> {
    const [connection, stream] = [this.#connection, this.#stream];
    const { last_seq: last } = (await this.#manager.streams.info(stream)).state;
    if (last <= this.#lastSequence) return;
    const source = await openJetStreamSource({ connection, stream, subjects: [] });
    const { signal } = new AbortController();
    for await (const { entries } of source.batches({ signal, after: this.#lastSequence })) {
      for (const { text, position, logTimeMs, subject } of entries) {
        if (position !== this.#lastSequence + 1)
          throw new Error(`the harness read ${position} behind ${this.#lastSequence}`);
        this.#parts.at(-1)?.push({ text, position, logTimeMs, subject });
      }
      if (last <= this.#lastSequence) return;
    }
  }
}
