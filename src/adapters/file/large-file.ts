import { closeSync, openSync, readSync } from "node:fs";
import type { PayloadBlock } from "../../core/model/payload.ts";
import { SourceError } from "../../ports/source.ts";

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * A regular file that is too large to be held. What stands in it is read again where somebody asks for
 * it: of most events nobody does, and those that are asked for are in the system's cache.
 */
export class LargeFile implements Disposable {
  readonly #path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Opens it now, so that it stays the same one where another takes its name; who can't read it hears of it elsewhere. */
  open(): void {
    try {
      this.#descriptor ??= openSync(this.#path, "r");
    } catch {
      this.#descriptor = undefined;
    }
  }

  /** Reads so many bytes from a place on. Throws {@link SourceError} where the file does not hold them any more. */
  read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    try {
      this.#descriptor ??= openSync(this.#path, "r");
      if (readSync(this.#descriptor, bytes, 0, length, at) === length) return bytes;
    } catch (cause) {
      throw new SourceError(`${this.#path} cannot be read again: ${(cause as Error).message}`, {
        cause,
        retryable: false,
      });
    }
    throw new SourceError(`${this.#path} became shorter while it was read; read a copy of it`, { retryable: false });
  }

  /** Closes the file; whoever asks later opens it anew. */
  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** A part of a large file, of which the bytes are at hand until they are let go. */
export class LargeFileBlock implements PayloadBlock {
  bytes: Buffer;
  readonly isShared = false;
  readonly #file: LargeFile;
  readonly #at: number;

  /** These bytes begin at this place of the file. */
  constructor(bytes: Buffer, file: LargeFile, at: number) {
    this.bytes = bytes;
    this.#file = file;
    this.#at = at;
  }

  text(from: number, to: number): string {
    return this.#bytesOf(from, to).toString("utf8");
  }

  ascii(from: number, to: number): string {
    return this.#bytesOf(from, to).toString("latin1");
  }

  /** Lets go of the bytes. */
  letGo(): void {
    this.bytes = NOTHING;
  }

  #bytesOf(from: number, to: number): Buffer {
    return to <= this.bytes.length ? this.bytes.subarray(from, to) : this.#file.read(this.#at + from, to - from);
  }
}
