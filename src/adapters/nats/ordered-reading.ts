import type {
  Consumer,
  ConsumerInfo,
  JetStreamManager,
  JsMsg,
  OrderedConsumerOptions,
  StreamInfo,
} from "@nats-io/jetstream";
import { Match } from "@nats-io/transport-node";
import type { Payload } from "../../core/model/payload.ts";
import { parseTime } from "../../core/model/time.ts";
import { PayloadEntry } from "../../ports/payload-entry.ts";
import { type Batch, type LogEntry, SourceError } from "../../ports/source.ts";
import type { LostMessages } from "./lost-messages.ts";
import { MessageBuffer } from "./message-buffer.ts";
import { isConsumerMissing, isStreamMissing } from "./server-refusal.ts";

/**
 * Bounds what the client buffers: few, so that what it makes of a message dies young. Never in bytes: the
 * client then stalls on a larger message.
 */
const MESSAGES_MAX = 2_000;
/** Entries handed on at once; few, so that most of what it takes to make them dies young. */
const BATCH_MAX = 512;

/** Subtracted from the server's time, so that a message being stored meanwhile is not overtaken. */
const QUIET_MARGIN_MS = 1_000;

export interface OrderedReadingOptions {
  readonly manager: JetStreamManager;
  readonly stream: string;
  readonly consumer: Partial<OrderedConsumerOptions>;
  readonly quietAfterMs: number;
  readonly stalledAfterMs: number;
  readonly lost: LostMessages;
  /** Takes over a payload, of which the client may not keep the memory. */
  readonly keep: (bytes: Uint8Array) => Payload;
}

/** One reading of a stream by one ordered consumer, from a start to an abort, a failure or a stall. */
export class OrderedReading {
  readonly #options: OrderedReadingOptions;
  #lastSequence = 0;
  #dueForMs = 0;
  /** What the server had left when it sent the last message that came. */
  #pending = 0;
  #stalled = false;
  #wentBack = false;

  constructor(options: OrderedReadingOptions) {
    this.#options = options;
  }

  /** Whether it ended because messages were due and did not come: it should be built anew. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** Whether it ended because the stream went back: it has to begin again, from a time. */
  get wentBack(): boolean {
    return this.#wentBack;
  }

  /** Throws {@link SourceError} where the stream is gone, and whatever the client throws. */
  async *batches(signal: AbortSignal): AsyncGenerator<Batch> {
    const { manager, stream, consumer, quietAfterMs, stalledAfterMs, lost, keep } = this.#options;
    const missing = await lost.atStart();
    if (missing !== undefined) yield { entries: [], gap: missing };
    const reader = await manager.jetstream().consumers.get(stream, consumer);
    const messages = await reader.consume({ max_messages: MESSAGES_MAX, threshold_messages: MESSAGES_MAX >> 1 });
    const buffer = new MessageBuffer(BATCH_MAX, (message: JsMsg) => {
      this.#pending = message.info.pending;
      return toEntry(message, keep);
    });
    const filling = buffer.fill(messages);
    const stop = (): void => {
      messages.stop();
      buffer.close();
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      while (!signal.aborted) {
        const entries = await buffer.take(quietAfterMs);
        if (entries === undefined || signal.aborted) return;
        if (0 < entries.length) {
          this.#dueForMs = 0;
          this.#lastSequence = entries.at(-1)?.position ?? this.#lastSequence;
          yield* this.#withGap(entries);
          continue;
        }
        const quiet = await this.#whenQuiet(reader);
        if (stalledAfterMs <= this.#dueForMs) {
          this.#stalled = true;
          return;
        }
        this.#wentBack = quiet?.wentBack === true;
        if (quiet !== undefined) yield quiet;
        if (this.#wentBack) return;
      }
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
      await filling;
      // The server forgets an ordered consumer by itself; this only makes it sooner.
      reader.delete().catch(() => undefined);
    }
  }

  /** The entries, in two batches where some are missing between them. */
  async *#withGap(entries: readonly LogEntry[]): AsyncGenerator<Batch> {
    const pending = this.#pending;
    const found = await this.#options.lost.among(entries);
    const at = found?.at ?? 0;
    if (0 < at) yield { entries: entries.slice(0, at), pending };
    yield { entries: at === 0 ? entries : entries.slice(at), pending, gap: found?.gap };
  }

  /** Asks the server whether all it holds has come; if so, its own time and what it held and lost. */
  async #whenQuiet(reader: Consumer): Promise<Batch | undefined> {
    const { lost } = this.#options;
    let [stream, info]: [StreamInfo | undefined, ConsumerInfo | undefined] = [undefined, undefined];
    try {
      const seen = await lost.whenQuiet();
      if (seen.wentBack) return { entries: [], wentBack: true };
      stream = seen.info;
      info = await reader.info();
    } catch (cause) {
      if (isStreamMissing(cause)) {
        const message = `the stream ${this.#options.stream} was deleted while it was being read`;
        throw new SourceError(message, { cause, retryable: false });
      }
      // A lost connection comes back by itself; a lost consumer is noticed by the client, or by us.
      if (isConsumerMissing(cause)) this.#dueForMs += this.#options.quietAfterMs;
      return undefined;
    }
    // The server passes over what is deleted.
    const readOrGone = Math.max(this.#lastSequence, stream.state.first_seq - 1);
    const delivered = info.delivered.consumer_seq === 0 || info.delivered.stream_seq <= readOrGone;
    if (info.num_pending !== 0 || !delivered) {
      this.#dueForMs += this.#options.quietAfterMs;
      return undefined;
    }
    this.#dueForMs = 0;
    const serverTime = info.ts === undefined ? undefined : parseTime(info.ts);
    if (serverTime === undefined) return undefined;
    return { entries: [], quietUntilMs: serverTime.ms - QUIET_MARGIN_MS, pending: 0, gap: lost.whenDone(stream) };
  }
}

function toEntry(message: JsMsg, keep: OrderedReadingOptions["keep"]): LogEntry {
  const { data, headers, info } = message;
  return new PayloadEntry(keep(data), {
    position: info.streamSequence,
    logTimeMs: info.timestampNanos / 1_000_000,
    // Senders that use HTTP's headers write it `Traceparent`.
    traceparent: headers?.values("traceparent", Match.IgnoreCase)[0],
    subject: message.subject,
  });
}
