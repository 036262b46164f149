import { type FileHandle, open, rename, stat } from "node:fs/promises";
import type { StoryChange } from "../../core/model/story.ts";
import { type Sink, SinkError } from "../../ports/sink.ts";
import { HeldRevisions } from "../story-lanes.ts";

/** Where stories are kept, and how much of them in one file. */
export interface StoryFileOptions {
  readonly path: string;
  /** A file that has grown to this size is renamed to `<path>.1`, the one before that to `.2` … */
  readonly bytesMax?: number | undefined;
  /** Files kept besides the one that is written; 5 by default. */
  readonly keep?: number | undefined;
}

/** How much of the file's end is looked at for stories that it holds already. */
const KNOWN_BYTES_MAX = 16 * 1024 * 1024;
const KEEP = 5;

/**
 * Opens a {@link Sink} that appends each story to a file as one line of JSON. `deliver` resolves when
 * the disk has it. A line that a crash cut short is cut off; what the file holds is not written again.
 */
export async function openStoryFile(options: StoryFileOptions): Promise<Sink> {
  const { path } = options;
  const held = new HeldRevisions();
  const handle = await openWhole(path, held).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
  return new StoryFile(options, handle, held);
}

class StoryFile implements Sink {
  readonly name: string;
  readonly #options: StoryFileOptions;
  readonly #held: HeldRevisions;
  #handle: FileHandle;

  constructor(options: StoryFileOptions, handle: FileHandle, held: HeldRevisions) {
    this.name = `file:${options.path}`;
    this.#options = options;
    this.#handle = handle;
    this.#held = held;
  }

  async deliver(changes: readonly StoryChange[]): Promise<void> {
    const news = this.#newsIn(changes);
    if (news.length === 0) return;
    const { size } = await this.#handle.stat();
    try {
      await this.#handle.appendFile(news.map(({ story }) => `${JSON.stringify(story)}\n`).join(""));
      await this.#handle.datasync();
    } catch (cause) {
      // Half a line must not stay: what comes next would be glued to it.
      await this.#handle.truncate(size).catch(() => undefined);
      throw unwritable(this.#options.path, cause);
    }
    for (const change of news) this.#held.add(change);
    await this.#rotate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  #newsIn(changes: readonly StoryChange[]): StoryChange[] {
    const news = new Map(changes.map((change) => [`${change.story.id}-${change.story.revision}`, change]));
    return [...news.values()].filter((change) => !this.#held.has(change));
  }

  async #rotate(): Promise<void> {
    const { path, bytesMax, keep = KEEP } = this.#options;
    if (bytesMax === undefined || (await this.#handle.stat()).size < bytesMax) return;
    for (let age = keep - 1; 0 <= age; age--) {
      const from = age === 0 ? path : `${path}.${age}`;
      await rename(from, `${path}.${age + 1}`).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== "ENOENT") throw unwritable(path, cause);
      });
    }
    // The one that is full stays in use until there is another: what comes next must not find it closed.
    const full = this.#handle;
    this.#handle = await open(path, "a").catch((cause: unknown) => {
      throw unwritable(path, cause);
    });
    await full.close();
  }
}

/** Opens the file for appending, without a torn last line, and learns what it holds. */
async function openWhole(path: string, held: HeldRevisions): Promise<FileHandle> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (exists) {
    await using handle = await open(path, "r+");
    const { size } = await handle.stat();
    const start = Math.max(0, size - KNOWN_BYTES_MAX);
    const { buffer } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const whole = buffer.lastIndexOf(0x0a) + 1;
    if (whole < buffer.length) await handle.truncate(start + whole);
    for (const line of buffer.toString("utf8", 0, whole).split("\n")) learn(line, held);
  }
  return open(path, "a");
}

function learn(line: string, held: HeldRevisions): void {
  try {
    const story = JSON.parse(line);
    if (typeof story?.id === "string" && Number.isSafeInteger(story.revision)) held.add({ kind: "told", story });
  } catch {
    // The first line may be cut, and others may be anybody's.
  }
}

function unwritable(path: string, cause: unknown): SinkError {
  return new SinkError(`${path} cannot be written: ${(cause as Error).message}`, { cause, retryable: true });
}
