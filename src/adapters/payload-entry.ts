import type { Payload } from "../core/model/payload.ts";
import type { EpochMs } from "../core/model/time.ts";
import type { LogEntry } from "../ports/source.ts";

const NOTHING: Buffer = Buffer.alloc(0);

/** A part of a buffer that many messages share. */
export class BufferPayload implements Payload {
  bytes: Buffer;
  from: number;
  to: number;
  #text: string | undefined = undefined;

  constructor(bytes: Buffer, from: number, to: number) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  /** All of these bytes, where they are. */
  static over(this: void, bytes: Uint8Array): BufferPayload {
    return new BufferPayload(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  }

  get text(): string {
    return this.#text ?? this.bytes.toString("utf8", this.from, this.to);
  }

  ascii(from: number, to: number): string {
    return this.bytes.toString("latin1", from, to);
  }

  detach(): void {
    this.#text = this.text;
    this.bytes = NOTHING;
    this.from = 0;
    this.to = 0;
  }
}

/** An entry whose text is made when somebody asks for it. */
export class PayloadEntry implements LogEntry {
  readonly payload: Payload;
  readonly position: number;
  readonly logTimeMs: EpochMs | undefined;
  readonly traceparent: string | undefined;
  readonly subject: string | undefined;

  constructor(payload: Payload, entry: Omit<LogEntry, "text" | "payload">) {
    this.payload = payload;
    this.position = entry.position;
    this.logTimeMs = entry.logTimeMs;
    this.traceparent = entry.traceparent;
    this.subject = entry.subject;
  }

  get text(): string {
    return this.payload.text;
  }
}
