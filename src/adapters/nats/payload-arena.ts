import { BufferPayload } from "../payload-entry.ts";

const ARENA_BYTES = 256 * 1024;
/** A longer payload gets a buffer of its own. */
const SHARED_BYTES_MAX = ARENA_BYTES / 8;

/**
 * Copies payloads one behind the other into large buffers. What the client hands out is a view of what
 * it read from its socket, an object for each message; windows hold payloads by the ten thousand, and
 * views would keep the garbage collector busy.
 */
export class PayloadArena {
  #buffer = Buffer.allocUnsafeSlow(ARENA_BYTES);
  #at = 0;

  /** A payload of the same bytes. */
  keep(bytes: Uint8Array): BufferPayload {
    if (SHARED_BYTES_MAX < bytes.length) return new BufferPayload(Buffer.from(bytes), 0, bytes.length);
    if (ARENA_BYTES < this.#at + bytes.length) {
      this.#buffer = Buffer.allocUnsafeSlow(ARENA_BYTES);
      this.#at = 0;
    }
    const from = this.#at;
    this.#at += bytes.length;
    this.#buffer.set(bytes, from);
    return new BufferPayload(this.#buffer, from, this.#at);
  }
}
