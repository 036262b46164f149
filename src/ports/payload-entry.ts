import type { Payload, PayloadBlock } from "../core/model/payload.ts";
import type { EpochMs } from "../core/model/time.ts";
import type { LogEntry } from "./source.ts";

/** A buffer that many messages share. */
export class BufferBlock implements PayloadBlock {
  readonly bytes: Buffer;
  readonly isShared = true;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** All of these bytes, where they are, as one message. */
  static whole(this: void, bytes: Uint8Array): Payload {
    const block = new BufferBlock(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    return { block, from: 0, to: bytes.length };
  }

  text(from: number, to: number): string {
    return this.bytes.toString("utf8", from, to);
  }

  ascii(from: number, to: number): string {
    return this.bytes.toString("latin1", from, to);
  }
}

/** An entry whose text is made when somebody asks for it; its own payload as well, for there are millions. */
export class PayloadEntry implements LogEntry, Payload {
  readonly block: PayloadBlock;
  readonly from: number;
  readonly to: number;
  readonly position: number;
  readonly logTimeMs: EpochMs | undefined;
  readonly traceparent: string | undefined;
  readonly subject: string | undefined;

  constructor({ block, from, to }: Payload, entry: Omit<LogEntry, "text" | "payload">) {
    this.block = block;
    this.from = from;
    this.to = to;
    this.position = entry.position;
    this.logTimeMs = entry.logTimeMs;
    this.traceparent = entry.traceparent;
    this.subject = entry.subject;
  }

  get payload(): Payload {
    return this;
  }

  get text(): string {
    return this.block.text(this.from, this.to);
  }
}
