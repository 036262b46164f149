import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** The product as it is published, and the scripts that measure it, in a folder of their own. */
export interface Built extends AsyncDisposable {
  /** Path of a script of `bench/`, built. */
  script(name: string): string;
}

/** Builds with plain tsc, as `npm run build` does: what is measured is what users install. */
export async function buildProduct(): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-built-"));
  const config = {
    extends: join(ROOT, "tsconfig.build.json"),
    compilerOptions: { outDir: folder, rootDir: ROOT, typeRoots: [join(ROOT, "node_modules", "@types")] },
    include: ["src", "bench/*-job.ts", "bench/*-loop.ts", "bench/*-consumer.ts"].map((path) => join(ROOT, path)),
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "inherit" });
  for (const beside of ["node_modules", "package.json"]) await symlink(join(ROOT, beside), join(folder, beside));
  return {
    script: (name) => join(folder, "bench", `${name}.js`),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
