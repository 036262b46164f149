import type { Payload } from "../../core/model/payload.ts";
import { BufferBlock } from "../../ports/payload-entry.ts";

const ARENA_BYTES = 256 * 1024;
/** A longer payload gets a buffer of its own. */
const SHARED_BYTES_MAX = ARENA_BYTES / 8;

/**
 * Copies payloads one behind the other into large buffers. What the client hands out is a view of what
 * it read from its socket, an object for each message; windows hold payloads by the ten thousand, and
 * views would keep the garbage collector busy.
 */
export class PayloadArena {
  #block = new BufferBlock(Buffer.allocUnsafeSlow(ARENA_BYTES));
  #at = 0;

  /** A payload of the same bytes. */
  keep(bytes: Uint8Array): Payload {
    if (SHARED_BYTES_MAX < bytes.length) return BufferBlock.whole(Buffer.from(bytes));
    if (ARENA_BYTES < this.#at + bytes.length) {
      this.#block = new BufferBlock(Buffer.allocUnsafeSlow(ARENA_BYTES));
      this.#at = 0;
    }
    const from = this.#at;
    this.#at += bytes.length;
    this.#block.bytes.set(bytes, from);
    return { block: this.#block, from, to: this.#at };
  }
}
