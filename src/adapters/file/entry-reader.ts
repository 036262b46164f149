import { BufferBlock } from "../../ports/payload-entry.ts";
import { type LogEntry, SourceError } from "../../ports/source.ts";
import { DocumentCollector } from "./document-collector.ts";
import { type LargeFile, LargeFileBlock } from "./large-file.ts";
import { firstLines, type Layout, layoutOf } from "./layout.ts";
import { LineCutter, pushLines } from "./line-cutter.ts";
import { refusedBytes, refusedText } from "./other-formats.ts";

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Turns chunks into entries: tells the layout first, then goes on with it to the end. */
export class EntryReader {
  readonly #name: string;
  readonly #large: LargeFile | undefined;
  readonly #cutter: LineCutter;
  readonly #documents: DocumentCollector;
  #layout: Layout | undefined;
  #beginning: readonly Buffer[] = [];
  #lines = 0;
  #started = false;
  /** Place in the file of what the cutter hands on next. */
  #at = 0;
  /** What the entries that were read last are parts of, where a large file holds it. */
  #blocks: LargeFileBlock[] = [];

  /** `large`: the file that the chunks come from, if it is too large to be held; their memory may be used again. */
  constructor(name: string, entryBytesMax: number, large?: LargeFile) {
    this.#name = name;
    this.#large = large;
    this.#cutter = new LineCutter(entryBytesMax);
    this.#documents = new DocumentCollector(name, entryBytesMax);
  }

  take(chunk: Buffer): LogEntry[] {
    if (!this.#started) this.#refuse(refusedBytes(chunk));
    this.#started = true;
    return this.#read(this.#cutter.take(chunk), false);
  }

  end(): LogEntry[] {
    const entries = this.#read(this.#cutter.rest(), true);
    if (this.#layout === "documents") this.#documents.end(entries);
    return entries;
  }

  /** Lets go of the bytes of what was read so far, where the file still holds them. */
  letGo(): void {
    for (const block of this.#blocks.splice(0)) block.letGo();
  }

  #refuse(why: string | undefined): void {
    if (why !== undefined) throw new SourceError(`${this.#name} ${why}`, { retryable: false });
  }

  #read(wholeLines: readonly Buffer[], ended: boolean): LogEntry[] {
    const parts = this.#layout === undefined ? this.#begin(wholeLines, ended) : wholeLines;
    const entries: LogEntry[] = [];
    for (const lines of parts) {
      if (this.#layout === "documents") this.#readDocuments(entries, lines.toString("utf8"));
      else this.#lines = pushLines(entries, this.#blockOf(lines), this.#lines);
      this.#at += lines.length;
    }
    return entries;
  }

  #blockOf(lines: Buffer): BufferBlock | LargeFileBlock {
    if (this.#large === undefined) return new BufferBlock(lines);
    // Where a line was given up, what follows stands elsewhere in the file than it seems: it is held.
    if (this.#cutter.gaveUp) return new BufferBlock(Buffer.from(lines));
    const block = new LargeFileBlock(lines, this.#large, this.#at);
    this.#blocks.push(block);
    return block;
  }

  /** Tells the layout from the beginning of the file, and hands that on once it is told. */
  #begin(wholeLines: readonly Buffer[], ended: boolean): readonly Buffer[] {
    const beginning = Buffer.concat([...this.#beginning, ...wholeLines]);
    const text = beginning.toString("utf8");
    this.#layout = layoutOf(text, ended);
    this.#beginning = this.#layout === undefined ? [beginning] : [];
    if (this.#layout === undefined) return [];
    this.#refuse(refusedText(firstLines(text)[0] ?? ""));
    const marked = beginning.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
    if (!marked) return [beginning];
    this.#at += BYTE_ORDER_MARK.length;
    return [beginning.subarray(BYTE_ORDER_MARK.length)];
  }

  #readDocuments(entries: LogEntry[], text: string): void {
    for (let start = 0; start < text.length; ) {
      const newline = text.indexOf("\n", start);
      const end = newline < 0 ? text.length : newline;
      this.#lines += 1;
      this.#documents.take(entries, text.slice(start, end), this.#lines);
      start = end + 1;
    }
  }
}
