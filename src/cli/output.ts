import type { Writable } from "node:stream";
import type { Paint } from "./paint.ts";

/** The reader of standard output has gone, as `head` does: nothing is wrong, and nothing more is wanted. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };

const COLUMNS_DEFAULT = 100;

/** Standard output or standard error, with the painter that suits it. */
export class Output {
  readonly paint: Paint;
  readonly isTerminal: boolean;
  readonly #stream: OutputStream;

  constructor(stream: OutputStream, paint: Paint) {
    this.#stream = stream;
    this.paint = paint;
    this.isTerminal = stream.isTTY === true;
  }

  /** The stream itself, for a protocol that writes to it in its own way. */
  get stream(): OutputStream {
    return this.#stream;
  }

  /** How many columns fit on a line. */
  get columns(): number {
    return this.#stream.columns ?? COLUMNS_DEFAULT;
  }

  /** Resolves when the text was handed on. Throws {@link ReaderGone} where nobody reads any more. */
  write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(text, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(isReaderGone(error) ? new ReaderGone("nobody reads the output", { cause: error }) : error);
      });
    });
  }

  /** Writes without waiting, and without caring whether anyone reads: for words beside the work. */
  say(text: string): void {
    if (this.#stream.writable) this.#stream.write(text);
  }
}

function isReaderGone(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED" || code === "ERR_STREAM_WRITE_AFTER_END";
}
