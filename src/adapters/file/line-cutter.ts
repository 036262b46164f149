import type { PayloadBlock } from "../../core/model/payload.ts";
import { PayloadEntry } from "../../ports/payload-entry.ts";
import type { LogEntry } from "../../ports/source.ts";

/** Longest entry held: one line, or one JSON document spread over many lines. */
export const ENTRY_BYTES_MAX = 256 * 1024 * 1024;

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const TORN_ENTRY_BYTES = 1_024;

/** Makes an entry of one line, unless the line is blank. */
export function pushLine(entries: LogEntry[], line: string, position: number): void {
  const last = line.length - 1;
  const text = line.charCodeAt(last) === CARRIAGE_RETURN ? line.slice(0, last) : line;
  if (text.length === 0 || (text.charCodeAt(0) <= SPACE && text.trim() === "")) return;
  entries.push({ text, position, logTimeMs: undefined });
}

/** Makes entries of all lines in a block; answers the number of the last one. */
export function pushLines(
  entries: LogEntry[],
  block: PayloadBlock & { readonly bytes: Buffer },
  lastNumber: number,
): number {
  const lines = block.bytes;
  let number = lastNumber;
  for (let from = 0; from < lines.length; ) {
    const newline = lines.indexOf(NEWLINE, from);
    const end = newline < 0 ? lines.length : newline;
    const to = lines[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    number += 1;
    const first = lines[from] ?? 0;
    if (from < to && (SPACE < first || lines.toString("utf8", from, to).trim() !== "")) {
      entries.push(new PayloadEntry({ block, from, to }, { position: number, logTimeMs: undefined }));
    }
    from = end + 1;
  }
  return number;
}

/**
 * Cuts chunks of bytes at newlines, and hands on bytes that end with one, so that no character and
 * no line is ever torn. What is left of a chunk waits for the next; a line longer than the limit is
 * given up but for its beginning, which nobody can decode: it is counted as one wrong line.
 */
export class LineCutter {
  readonly #entryBytesMax: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #skipping = false;
  #gaveUp = false;

  constructor(entryBytesMax: number = ENTRY_BYTES_MAX) {
    this.#entryBytesMax = entryBytesMax;
  }

  /** Whether a line was given up so far: what was handed on since is not all that there was. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** Takes a chunk; returns the whole lines that are now complete: the one that it ends, and those in it. */
  take(chunk: Buffer): Buffer[] {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#hold(chunk);
      return [];
    }
    const start = this.#held.length === 0 ? 0 : chunk.indexOf(NEWLINE) + 1;
    const lines = start === 0 ? [] : [this.#join(chunk.subarray(0, start))];
    if (start < end) lines.push(chunk.subarray(start, end));
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    return lines;
  }

  /** What is left at the end of the file: a last line without its newline. */
  rest(): Buffer[] {
    return this.#held.length === 0 ? [] : [this.#join(Buffer.alloc(0))];
  }

  #hold(part: Buffer): void {
    if (this.#skipping) return;
    this.#heldBytes += part.length;
    if (this.#heldBytes <= this.#entryBytesMax) {
      // A copy: the chunk's memory may be used again.
      this.#held.push(Buffer.from(part));
      return;
    }
    this.#skipping = true;
    this.#gaveUp = true;
    const beginning = this.#held[0] ?? part;
    this.#held = [Buffer.from(beginning.subarray(0, TORN_ENTRY_BYTES))];
  }

  #join(whole: Buffer): Buffer {
    const rest = this.#skipping ? whole.subarray(Math.max(0, whole.indexOf(NEWLINE))) : whole;
    const line = Buffer.concat([...this.#held, rest]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#skipping = false;
    return line;
  }
}
