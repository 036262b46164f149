import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStoryFile } from "../../../src/adapters/file/story-file.ts";
import type { Story } from "../../../src/core/model/story.ts";
import { changeOf, revisionsOf } from "../../support/story-kit.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapio-stories-"));
  path = join(folder, "stories.ndjson");
});
afterEach(() => rm(folder, { recursive: true }));

async function revisionsIn(file: string): Promise<string[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  return revisionsOf(lines.map((line) => ({ kind: "told", story: JSON.parse(line) as Story })));
}

test("a later run does not write again what the file holds", async () => {
  {
    await using file = await openStoryFile({ path });
    await file.deliver([changeOf("st_a"), changeOf("st_a", 2)]);
  }
  await using file = await openStoryFile({ path });
  await file.deliver([changeOf("st_a", 2), changeOf("st_a", 3), changeOf("st_b")]);
  expect(await revisionsIn(path)).toEqual(["st_a-1", "st_a-2", "st_a-3", "st_b-1"]);
});

test("a line that a crash cut short is cut off, and its story is taken again", async () => {
  {
    await using file = await openStoryFile({ path });
    await file.deliver([changeOf("st_a")]);
  }
  await appendFile(path, JSON.stringify(changeOf("st_b").story).slice(0, 40));
  await using file = await openStoryFile({ path });
  await file.deliver([changeOf("st_b")]);
  expect(await revisionsIn(path)).toEqual(["st_a-1", "st_b-1"]);
});

test("other people's lines are left alone", async () => {
  await writeFile(path, 'a note\n{"id":7}\n');
  await using file = await openStoryFile({ path });
  await file.deliver([changeOf("st_a")]);
  expect(await readFile(path, "utf8")).toMatch(/^a note\n\{"id":7\}\n\{.*"st_a".*\}\n$/);
});

test("a file that has grown is put aside, and only so many are kept", async () => {
  await using file = await openStoryFile({ path, bytesMax: 2_000, keep: 2 });
  for (let n = 1; n <= 12; n++) await file.deliver([changeOf(`st_${n}`)]);
  expect((await readdir(folder)).sort()).toEqual(["stories.ndjson", "stories.ndjson.1", "stories.ndjson.2"]);
  const kept = [...(await revisionsIn(`${path}.2`)), ...(await revisionsIn(`${path}.1`)), ...(await revisionsIn(path))];
  const all = Array.from({ length: 12 }, (_, n) => `st_${n + 1}-1`);
  expect(kept).toEqual(all.slice(-kept.length));
  expect(kept.length).toBeGreaterThan(2);
  await file.deliver([changeOf("st_12")]);
  expect((await revisionsIn(path)).filter((one) => one === "st_12-1").length).toBeLessThan(2);
});

test("where a full file cannot be followed by another for a while, stories are taken again afterwards", async () => {
  const gone = join(folder, "gone");
  await mkdir(gone);
  await using file = await openStoryFile({ path: join(gone, "stories.ndjson"), bytesMax: 100 });
  await rm(gone, { recursive: true });
  const refused = { name: "SinkError", retryable: true };
  await expect(file.deliver([changeOf("st_a")])).rejects.toMatchObject(refused);
  await expect(file.deliver([changeOf("st_b")])).rejects.toMatchObject(refused);
  await mkdir(gone);
  await file.deliver([changeOf("st_c")]);
  await file.deliver([changeOf("st_d")]);
  expect(await revisionsIn(join(gone, "stories.ndjson.1"))).toEqual(["st_d-1"]);
});

test("a file that cannot be had is a SinkError", async () => {
  await expect(openStoryFile({ path: folder })).rejects.toMatchObject({ name: "SinkError", retryable: true });
});
