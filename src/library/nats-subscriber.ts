import type { NatsConnection } from "@nats-io/transport-node";
import { connectNats, type NatsAccess } from "../adapters/nats/connect.ts";
import { openJetStreamSource, type StreamStart } from "../adapters/nats/jetstream-source.ts";
import { systemClock } from "../adapters/system.ts";
import { Decoder } from "../core/intake/decoder.ts";
import type { Story } from "../core/model/story.ts";
import { type PipelineOptions, runPipeline } from "../service/pipeline.ts";
import type { CorrelationEngine, CorrelationOptions } from "./correlation-engine.ts";
import { StoryFeed } from "./story-feed.ts";

/** Where to read, and how to correlate. */
export interface NatsSubscriberOptions extends NatsAccess, CorrelationOptions {
  readonly streamName: string;
  /** Subjects with events; one is best, because permissions can confine it. */
  readonly traceSubjects: readonly string[];
  /** Where to begin: all that the stream holds (the default), what comes from now on, or a time. */
  readonly start?: StreamStart | undefined;
}

/** Reads events from a JetStream stream and tells their stories. It publishes nothing. */
export class NatsSubscriber {
  readonly #options: NatsSubscriberOptions;
  readonly #engine: CorrelationEngine;
  readonly #feed = new StoryFeed();
  #started = false;

  constructor(options: NatsSubscriberOptions, engine: CorrelationEngine) {
    this.#options = options;
    this.#engine = engine;
  }

  /**
   * Connects and begins to read; resolves when reading has begun. When `signal` aborts, reading ends
   * and so do the {@link results}. Throws `SourceError` where the server or the stream is not there,
   * and `RangeError` where an option cannot be used.
   */
  async start(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.#started) throw new Error("this subscriber has been started already; make another one");
    this.#started = true;
    const { signal = new AbortController().signal } = options;
    const engine = this.#engine.open(this.#options);
    const connection = await connectNats(this.#options);
    try {
      const { streamName: stream, traceSubjects: subjects, start } = this.#options;
      const source = await openJetStreamSource({ connection, stream, subjects, start });
      const decoder = new Decoder();
      void this.#read(
        { sources: [source], decoder, engine, sinks: [this.#feed], clock: systemClock, signal },
        connection,
      );
    } catch (cause) {
      this.#feed.end({ cause });
      await connection.close();
      throw cause;
    }
  }

  /** Reads to the end; never rejects: what ends it is thrown where the results are read. */
  async #read(pipeline: PipelineOptions, connection: NatsConnection): Promise<void> {
    const { signal } = pipeline;
    // Where nobody reads the results, the pipeline waits for room in the feed, and hears of no signal.
    const end = (): void => this.#feed.end();
    signal.addEventListener("abort", end, { once: true });
    try {
      await runPipeline(pipeline);
      end();
    } catch (cause) {
      this.#feed.end({ cause });
    } finally {
      signal.removeEventListener("abort", end);
      // One that is lost for good cannot be closed in order either.
      await connection.close().catch(() => undefined);
    }
  }

  /**
   * The stories as they are told: each revision of each story once, in order. A later revision of a
   * story has the same `id` and a higher `revision`. Ends when the signal given to {@link start}
   * aborts, and throws what ended the reading otherwise. Reading slowly holds up the subscriber;
   * breaking off holds it up until somebody reads on, and does not end it.
   */
  results(): AsyncIterable<Story> {
    return this.#feed.stories();
  }
}
