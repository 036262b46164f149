import type { LogEntry } from "../../ports/source.ts";

/** Longest entry held: one line, or one JSON document spread over many lines. */
export const ENTRY_BYTES_MAX = 256 * 1024 * 1024;

const NEWLINE = 10;
const TORN_ENTRY_CHARS = 1_024;

/** Makes an entry of one line, unless the line is blank. */
export function pushLine(entries: LogEntry[], line: string, position: number): void {
  const last = line.length - 1;
  const text = line.charCodeAt(last) === 13 ? line.slice(0, last) : line;
  if (text.length === 0 || (text.charCodeAt(0) <= 32 && text.trim() === "")) return;
  entries.push({ text, position, logTimeMs: undefined });
}

/**
 * Cuts chunks of bytes at newlines, and hands on texts that end with one, so that no character and
 * no line is ever torn. What is left of a chunk waits for the next; a line longer than the limit is
 * given up but for its beginning, which nobody can decode: it is counted as one wrong line.
 */
export class LineCutter {
  readonly #entryBytesMax: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #skipping = false;

  constructor(entryBytesMax: number = ENTRY_BYTES_MAX) {
    this.#entryBytesMax = entryBytesMax;
  }

  /** Takes a chunk; returns the whole lines that are now complete, `""` if there are none. */
  take(chunk: Buffer): string {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      this.#hold(chunk);
      return "";
    }
    const whole = chunk.subarray(0, end + 1);
    const text = this.#held.length === 0 ? whole.toString("utf8") : this.#join(whole);
    if (end + 1 < chunk.length) this.#hold(chunk.subarray(end + 1));
    return text;
  }

  /** What is left at the end of the file: a last line without its newline. */
  rest(): string {
    return this.#held.length === 0 ? "" : this.#join(Buffer.alloc(0));
  }

  #hold(part: Buffer): void {
    if (this.#skipping) return;
    this.#heldBytes += part.length;
    if (this.#heldBytes <= this.#entryBytesMax) {
      // The reader uses its buffers again, so what is kept is copied.
      this.#held.push(Buffer.from(part));
      return;
    }
    this.#skipping = true;
    const beginning = this.#held[0] ?? part;
    this.#held = [Buffer.from(beginning.subarray(0, TORN_ENTRY_CHARS))];
  }

  #join(whole: Buffer): string {
    const rest = this.#skipping ? whole.subarray(Math.max(0, whole.indexOf(NEWLINE))) : whole;
    const text = Buffer.concat([...this.#held, rest]).toString("utf8");
    this.#held = [];
    this.#heldBytes = 0;
    this.#skipping = false;
    return text;
  }
}
