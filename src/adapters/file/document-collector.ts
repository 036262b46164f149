import { type LogEntry, SourceError } from "../../ports/source.ts";
import { closes } from "./layout.ts";
import { ENTRY_BYTES_MAX, pushLine } from "./line-cutter.ts";
import { piecesOfTornList } from "./torn-list.ts";

/**
 * Collects JSON documents that are spread over many lines, one after the other, as `kubectl get -o
 * json` and `jq` print them: a document ends where its brackets close. Text outside of brackets is
 * an entry per line, which the decoder will refuse. Of a document that turns out to be torn each line
 * is an entry where some are whole, else each item of a list that is, so that what is whole is read.
 */
export class DocumentCollector {
  readonly #name: string;
  readonly #entryBytesMax: number;
  #parts: string[] = [];
  #length = 0;
  #startLine = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(name: string, entryBytesMax: number = ENTRY_BYTES_MAX) {
    this.#name = name;
    this.#entryBytesMax = entryBytesMax;
  }

  /** Takes one line without its newline; pushes the documents that it ends. */
  take(entries: LogEntry[], line: string, lineNumber: number): void {
    let start = 0;
    for (let at = 0; at < line.length; at++) {
      const before = this.#depth;
      this.#read(line.charCodeAt(at));
      if (before === 0 && this.#depth === 1) {
        pushLine(entries, line.slice(start, at), lineNumber);
        start = at;
        this.#startLine = lineNumber;
      } else if (before === 1 && this.#depth === 0) {
        this.#keep(line.slice(start, at + 1));
        this.#flush(entries);
        start = at + 1;
      }
    }
    if (this.#depth === 0) pushLine(entries, line.slice(start), lineNumber);
    else this.#keep(`${line.slice(start)}\n`);
    // No JSON text goes on over the end of a line.
    if (this.#inString) this.#readByLine(entries);
  }

  /** Counts brackets, but for those in texts. */
  #read(code: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (code === 92) this.#escaped = true;
      else if (code === 34) this.#inString = false;
    } else if (code === 34) this.#inString = 0 < this.#depth;
    else if (code === 123 || code === 91) this.#depth += 1;
    else if ((code === 125 || code === 93) && 0 < this.#depth) this.#depth -= 1;
  }

  /** The file ended: a document whose brackets never closed is torn. */
  end(entries: LogEntry[]): void {
    if (0 < this.#depth) this.#readByLine(entries);
  }

  #readByLine(entries: LogEntry[]): void {
    const text = this.#parts.join("");
    const lines = text.split("\n");
    if (lines.some((line) => line.startsWith("{") && closes(line))) {
      for (const [at, line] of lines.entries()) pushLine(entries, line, this.#startLine + at);
    } else {
      const pieces = piecesOfTornList(text);
      // A cut-off document without a whole item is one wrong entry, not one for each of its lines.
      if (pieces.length === 0) this.#flush(entries);
      for (const piece of pieces) pushLine(entries, piece.text, this.#startLine + piece.line);
    }
    this.#startAnew();
  }

  #keep(part: string): void {
    this.#length += part.length;
    if (this.#entryBytesMax < this.#length) {
      const limit = `${Math.floor(this.#entryBytesMax / 1024 / 1024)} MiB`;
      const message = `${this.#name}:${this.#startLine}: the JSON document that begins here is larger than ${limit}`;
      throw new SourceError(`${message}; split it into lines first: jq -c '.items[]'`, { retryable: false });
    }
    this.#parts.push(part);
  }

  #flush(entries: LogEntry[]): void {
    entries.push({ text: this.#parts.join(""), position: this.#startLine, logTimeMs: undefined });
    this.#startAnew();
  }

  #startAnew(): void {
    this.#parts = [];
    this.#length = 0;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }
}
