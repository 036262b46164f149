import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { SourceError } from "../../ports/source.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file in large chunks, the next one while the last one is worked on. Each has memory of its
 * own; or, with `reuse`, it is overwritten once the next one has been asked for.
 */
export async function* fileChunks(path: string, reuse = false): AsyncGenerator<Buffer> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  let ahead: Promise<{ bytesRead: number; buffer: Buffer }> | undefined;
  try {
    let spare: Buffer | undefined;
    const readAhead = () => handle.read(spare ?? Buffer.allocUnsafeSlow(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    ahead = readAhead();
    for (;;) {
      const { bytesRead, buffer } = await ahead;
      ahead = undefined;
      if (bytesRead === 0) return;
      ahead = readAhead();
      // It is awaited above or below; until then a failure of it must not count as unhandled.
      ahead.catch(() => undefined);
      yield buffer.subarray(0, bytesRead);
      if (reuse) spare = buffer;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await ahead?.catch(() => undefined);
    await handle.close();
  }
}

/** Reads a stream such as standard input, and ends early when `signal` aborts. */
export async function* streamChunks(name: string, stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stream) {
      yield typeof chunk === "string" ? Buffer.from(chunk, "utf8") : (chunk as Buffer);
    }
  } catch (cause) {
    if (!signal.aborted) throw unreadable(name, cause);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function unreadable(name: string, cause: unknown): SourceError {
  if (cause instanceof SourceError) return cause;
  const code = (cause as NodeJS.ErrnoException).code;
  const why =
    code === "ENOENT"
      ? "there is no such file"
      : code === "EISDIR"
        ? "it is a folder; name the files in it"
        : code === "EACCES"
          ? "reading it is not permitted"
          : String((cause as Error).message);
  return new SourceError(`${name} cannot be read: ${why}`, { cause, retryable: false });
}
