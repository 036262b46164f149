import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Batch, ReadOptions, Source } from "../../ports/source.ts";
import { fileChunks, streamChunks } from "./chunks.ts";
import { EntryReader } from "./entry-reader.ts";
import { LargeFile } from "./large-file.ts";
import { ENTRY_BYTES_MAX } from "./line-cutter.ts";
import { gunzipped, isPackedFile } from "./other-formats.ts";

/** Of a longer file the events that windows hold stay where they are. */
const HELD_BYTES_MAX = 64 * 1024 * 1024;

/** What to read, and how much of it at once. */
export interface FileSourceOptions {
  /** Path of the file, also its name in messages. */
  readonly path: string;
  /** Read this instead of the file; `path` is only a name then, such as `<stdin>`. */
  readonly stream?: Readable | undefined;
  /** Longest line or document in bytes; 256 MiB by default. */
  readonly entryBytesMax?: number | undefined;
  /** Of a longer file, in bytes, what is needed later is read again instead of being held; 64 MiB by default. */
  readonly heldBytesMax?: number | undefined;
}

/**
 * Opens a file, or standard input, as a finite {@link Source}: NDJSON, or JSON documents over many
 * lines; packed by gzip or not. Positions are line numbers from 1. Blank lines, a byte order mark and
 * carriage returns are passed over. What is known to be something else (YAML, a table) is refused by
 * its name. Nothing is read before the first batch is asked for.
 */
export function openFileSource(options: FileSourceOptions): Source {
  const { path, stream, entryBytesMax = ENTRY_BYTES_MAX, heldBytesMax = HELD_BYTES_MAX } = options;
  const large = new LargeFile(path);
  return {
    name: path,
    finite: true,
    place: (position) => `${path}:${Math.floor(position)}`,
    async *batches(read: ReadOptions): AsyncGenerator<Batch> {
      const isLarge = stream === undefined && (await isLongerThan(path, heldBytesMax));
      if (isLarge) large.open();
      const chunks = stream === undefined ? fileChunks(path, isLarge) : streamChunks(path, stream, read.signal);
      yield* fileBatches(
        gunzipped(path, chunks),
        new EntryReader(path, entryBytesMax, isLarge ? large : undefined),
        read,
      );
    },
    async [Symbol.asyncDispose]() {
      large[Symbol.dispose]();
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
    reader.letGo();
  }
  if (signal.aborted) return;
  const wanted = reader.end().filter((entry) => after < entry.position);
  if (wanted.length !== 0) yield { entries: wanted };
}

/**
 * Whether it is a regular file, which can be read twice, and so long; one that is packed has its events nowhere as
 * they are. What is no file fails where it is read.
 */
async function isLongerThan(path: string, bytes: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && bytes < found.size && !(await isPackedFile(path));
}
