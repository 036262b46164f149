import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Puts a file in place whole: after a crash at any moment, and after a power cut, there is the file that
 * was there before or the new one, never half of one. `temporary` must lie in the same folder.
 */
export async function writeDurably(path: string, temporary: string, chunks: readonly Uint8Array[]): Promise<void> {
  await using handle = await open(temporary, "w", 0o600);
  await writeAll(handle, chunks);
  await handle.sync();
  await rename(temporary, path);
  // The name is in the folder, and the folder is on the disk only after this.
  await using folder = await open(dirname(path), "r");
  await folder.sync();
}

/** A full disk may take a part of what it is given, and say nothing but how much. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  const bytes = chunks.reduce((total, chunk) => total + chunk.length, 0);
  const { bytesWritten } = await handle.writev(chunks);
  if (bytesWritten !== bytes) throw new Error(`${bytesWritten} of ${bytes} bytes were written; is the disk full?`);
}
