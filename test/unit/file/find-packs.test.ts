import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findPacks, PACK_LIMITS, readPackFiles } from "../../../src/adapters/file/find-packs.ts";
import { gitCommit } from "../../../src/adapters/file/git-commit.ts";
import { PackSourceError } from "../../../src/ports/pack-source.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapio-packs-"));
  await mkdir(join(folder, "b"), { recursive: true });
  await mkdir(join(folder, "empty"));
  await mkdir(join(folder, ".hidden"));
  for (const name of ["z.yml", "a.yaml", "a.test.yaml", "readme.md", "b/c.yaml", ".hidden/d.yaml"]) {
    await writeFile(join(folder, name), "x: 1\n");
  }
  await symlink(join(folder, "a.yaml"), join(folder, "linked.yaml"));
});
afterAll(() => rm(folder, { recursive: true }));

test("packs are found recursively, in a fixed order, without tests and hidden folders", async () => {
  const expected = ["a.yaml", "b/c.yaml", "linked.yaml", "z.yml"].map((name) => join(folder, name));
  expect(await findPacks([folder])).toEqual(expected);
  expect(await findPacks([join(folder, "z.yml"), folder])).toEqual([expected[3], ...expected.slice(0, 3)]);
});

test("a path that does not exist, and a folder without packs, are failures", async () => {
  await expect(findPacks([join(folder, "nowhere")])).rejects.toThrow(PackSourceError);
  await expect(findPacks([join(folder, "empty")])).rejects.toThrow(/no rule pack/);
});

test("a file over the limit is refused before it is read", async () => {
  const path = join(folder, "empty", "large.yaml");
  await writeFile(path, "x".repeat(PACK_LIMITS.fileBytesMax + 1));
  await expect(readPackFiles([path])).rejects.toThrow(/257 KiB, and 256 KiB are the most/);
  await rm(path);
});

test("the commit is read from the checkout: loose, packed, and detached", async () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  expect(await gitCommit(folder)).toBeUndefined();
  const git = join(folder, ".git");
  await mkdir(join(git, "refs/heads"), { recursive: true });
  await writeFile(join(git, "HEAD"), "ref: refs/heads/main\n");
  expect(await gitCommit(folder)).toBeUndefined();
  await writeFile(join(git, "packed-refs"), `# pack-refs\n${commit} refs/heads/main\n`);
  expect(await gitCommit(join(folder, "b/c.yaml"))).toBe("0123456789ab");
  await writeFile(join(git, "refs/heads/main"), `f${commit.slice(1)}\n`);
  expect(await gitCommit(folder)).toBe("f123456789ab");
  await writeFile(join(git, "HEAD"), `${commit}\n`);
  expect(await gitCommit(folder)).toBe("0123456789ab");
  await rm(git, { recursive: true });
});
