import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findPacks, readPackFiles } from "../../../src/adapters/file/find-packs.ts";
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

test("folders in folders without an end are a failure", async () => {
  const deep = await mkdtemp(join(tmpdir(), "tapio-packs-"));
  const [last, tooDeep] = [16, 17].map((depth) => join(deep, ...Array.from({ length: depth }, () => "x")));
  await mkdir(last ?? "", { recursive: true });
  await writeFile(join(last ?? "", "a.yaml"), "x: 1\n");
  expect(await findPacks([deep])).toHaveLength(1);
  await mkdir(tooDeep ?? "");
  await expect(findPacks([deep])).rejects.toThrow(/nested too deep/);
  await rm(deep, { recursive: true });
});

test("a file over the limit, and one that is not UTF-8, have a flaw at its place", async () => {
  const [large, latin] = [join(folder, "empty", "large.yaml"), join(folder, "empty", "latin.yaml")];
  await writeFile(large, "x".repeat(256 * 1024 + 1));
  await writeFile(latin, Buffer.from("title: Gr\xf6\xdfe", "latin1"));
  expect(await readPackFiles([large, latin])).toMatchObject([
    { text: "", flaw: { code: "TAP001", message: "the file has 257 KiB; at most 256 KiB are read", at: 0 } },
    { flaw: { code: "TAP003", message: "this is not UTF-8", hint: "save the file as UTF-8", at: 9 } },
  ]);
  await rm(large);
  await rm(latin);
});

test("of more files than are loaded together the rest is named, and not read", async () => {
  const path = join(folder, "a.yaml");
  const files = await readPackFiles(Array.from({ length: 101 }, () => path));
  expect(files.map(({ text }) => text)).toEqual([...Array.from({ length: 100 }, () => "x: 1\n"), ""]);
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
