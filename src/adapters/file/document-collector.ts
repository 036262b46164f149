import { type LogEntry, SourceError } from "../../ports/source.ts";
import { ENTRY_BYTES_MAX, pushLine } from "./line-cutter.ts";

/**
 * Collects JSON documents that are spread over many lines, one after the other, as `kubectl get -o
 * json` and `jq` print them: a document ends where its brackets close. Text outside of brackets is
 * an entry per line, which the decoder will refuse.
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
      const code = line.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === 92) this.#escaped = true;
        else if (code === 34) this.#inString = false;
        continue;
      }
      if (code === 34) this.#inString = 0 < this.#depth;
      else if (code === 123 || code === 91) {
        if (this.#depth === 0) {
          pushLine(entries, line.slice(start, at), lineNumber);
          start = at;
          this.#startLine = lineNumber;
        }
        this.#depth += 1;
      } else if ((code === 125 || code === 93) && 0 < this.#depth) {
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#keep(line.slice(start, at + 1));
          this.#flush(entries);
          start = at + 1;
        }
      }
    }
    if (0 < this.#depth) this.#keep(`${line.slice(start)}\n`);
    else pushLine(entries, line.slice(start), lineNumber);
  }

  /** The file ended: a document whose brackets never closed is an entry too, and a wrong one. */
  end(entries: LogEntry[]): void {
    if (0 < this.#depth) this.#flush(entries);
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
    this.#parts = [];
    this.#length = 0;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }
}
