import type { Readable } from "node:stream";
import { type Batch, type LogEntry, type ReadOptions, type Source, SourceError } from "../../ports/source.ts";
import { fileChunks, streamChunks } from "./chunks.ts";
import { DocumentCollector } from "./document-collector.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { ENTRY_BYTES_MAX, LineCutter, pushLines } from "./line-cutter.ts";

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** What to read, and how much of it at once. */
export interface FileSourceOptions {
  /** Path of the file, also its name in messages. */
  readonly path: string;
  /** Read this instead of the file; `path` is only a name then, such as `<stdin>`. */
  readonly stream?: Readable | undefined;
  /** Longest line or document in bytes; 256 MiB by default. */
  readonly entryBytesMax?: number | undefined;
}

/**
 * Opens a file, or standard input, as a finite {@link Source}: NDJSON, or JSON documents over many
 * lines. Positions are line numbers from 1. Blank lines, a byte order mark and carriage returns are
 * passed over. Nothing is read before the first batch is asked for.
 */
export function openFileSource(options: FileSourceOptions): Source {
  const { path, stream, entryBytesMax = ENTRY_BYTES_MAX } = options;
  return {
    name: path,
    finite: true,
    place: (position) => `${path}:${Math.floor(position)}`,
    batches(read: ReadOptions): AsyncIterable<Batch> {
      const chunks = stream === undefined ? fileChunks(path) : streamChunks(path, stream, read.signal);
      return fileBatches(chunks, new EntryReader(path, entryBytesMax), read);
    },
    async [Symbol.asyncDispose]() {
      stream?.destroy();
    },
  };
}

async function* fileBatches(
  chunks: AsyncIterable<Buffer>,
  reader: EntryReader,
  read: ReadOptions,
): AsyncGenerator<Batch> {
  const { signal, after = 0 } = read;
  if (signal.aborted) return;
  for await (const chunk of chunks) {
    if (signal.aborted) return;
    const entries = reader.take(chunk);
    const wanted = after === 0 ? entries : entries.filter((entry) => after < entry.position);
    if (wanted.length !== 0) yield { entries: wanted };
  }
  if (signal.aborted) return;
  const wanted = reader.end().filter((entry) => after < entry.position);
  if (wanted.length !== 0) yield { entries: wanted };
}

/** Turns chunks into entries: tells the layout first, then goes on with it to the end. */
class EntryReader {
  readonly #name: string;
  readonly #cutter: LineCutter;
  readonly #documents: DocumentCollector;
  #layout: Layout | undefined;
  #beginning: readonly Buffer[] = [];
  #lines = 0;
  #started = false;

  constructor(name: string, entryBytesMax: number) {
    this.#name = name;
    this.#cutter = new LineCutter(entryBytesMax);
    this.#documents = new DocumentCollector(name, entryBytesMax);
  }

  take(chunk: Buffer): LogEntry[] {
    if (!this.#started) this.#refuseUtf16(chunk);
    return this.#read(this.#cutter.take(chunk), false);
  }

  end(): LogEntry[] {
    const entries = this.#read(this.#cutter.rest(), true);
    if (this.#layout === "documents") this.#documents.end(entries);
    return entries;
  }

  #refuseUtf16(chunk: Buffer): void {
    this.#started = true;
    const [first, second] = chunk;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
      throw new SourceError(`${this.#name} is written in UTF-16; save it as UTF-8`, { retryable: false });
    }
  }

  #read(wholeLines: readonly Buffer[], ended: boolean): LogEntry[] {
    const parts = this.#layout === undefined ? this.#begin(wholeLines, ended) : wholeLines;
    const entries: LogEntry[] = [];
    for (const lines of parts) {
      if (this.#layout === "documents") this.#readDocuments(entries, lines.toString("utf8"));
      else this.#lines = pushLines(entries, lines, this.#lines);
    }
    return entries;
  }

  /** Tells the layout from the beginning of the file, and hands that on once it is told. */
  #begin(wholeLines: readonly Buffer[], ended: boolean): readonly Buffer[] {
    const beginning = Buffer.concat([...this.#beginning, ...wholeLines]);
    this.#layout = layoutOf(beginning.toString("utf8"), ended);
    this.#beginning = this.#layout === undefined ? [beginning] : [];
    if (this.#layout === undefined) return [];
    const marked = beginning.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
    return [marked ? beginning.subarray(BYTE_ORDER_MARK.length) : beginning];
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
