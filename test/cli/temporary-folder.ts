import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder with these files in it, gone at the end of the test. */
export async function temporaryFolder(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: (name: string) => string }> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-cli-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return {
    path: (name) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
