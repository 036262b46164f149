import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckpointFile } from "../../../src/adapters/file/checkpoint-file.ts";
import { checkpointAt } from "../../contract/checkpoint-store.ts";

/** A folder for checkpoints, and what was said about them. */
async function place() {
  const folder = await mkdtemp(join(tmpdir(), "tapio-checkpoint-"));
  const path = join(folder, "checkpoint");
  const trouble: string[] = [];
  return {
    folder,
    path,
    trouble,
    open: (log = "nats:S") => openCheckpointFile({ path, log, onTrouble: (message) => trouble.push(message) }),
    async save(...positions: readonly number[]) {
      const store = this.open();
      await store.load();
      for (const position of positions) await store.save(checkpointAt(position));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const DAMAGES: readonly [name: string, damage: (whole: Buffer) => Uint8Array][] = [
  ["cut short", (whole) => whole.subarray(0, whole.length - 1)],
  ["cut in its first line", (whole) => whole.subarray(0, 20)],
  ["empty", () => new Uint8Array()],
  ["zeroed by a power cut", (whole) => new Uint8Array(whole.length)],
  ["with one bit flipped in its body", (whole) => flipped(whole, whole.length - 10)],
  ["with one bit flipped in its head", (whole) => flipped(whole, 12)],
  ["with something behind it", (whole) => Buffer.concat([whole, Buffer.from("x")])],
];

function flipped(whole: Buffer, at: number): Buffer {
  const copy = Buffer.from(whole);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

test.for(DAMAGES)("a checkpoint %s gives way to the one before, and that is said", async ([_name, damage]) => {
  await using at = await place();
  await at.save(1, 2, 3);
  await writeFile(`${at.path}.a`, damage(await readFile(`${at.path}.a`)));
  expect(await at.open().load()).toEqual(checkpointAt(2));
  expect(at.trouble).toEqual([`the checkpoint in ${at.path}.a is not whole; the one in ${at.path}.b is used`]);
  // The next save writes over the torn one, not over the one that is good.
  const store = at.open();
  await store.load();
  await writeFile(`${at.path}.b`, damage(await readFile(`${at.path}.b`)));
  await store.save(checkpointAt(4));
  expect(await at.open().load()).toEqual(checkpointAt(4));
});

test("where both are torn, the log is read from its start, and that is said", async () => {
  await using at = await place();
  await at.save(1, 2);
  for (const slot of ["a", "b"]) await writeFile(`${at.path}.${slot}`, "torn");
  const store = at.open();
  expect(await store.load()).toBeUndefined();
  expect(at.trouble).toEqual([
    `the checkpoint in ${at.path}.a is not whole; nats:S is read from its start`,
    `the checkpoint in ${at.path}.b is not whole; nats:S is read from its start`,
  ]);
  await store.save(checkpointAt(9));
  expect(await at.open().load()).toEqual(checkpointAt(9));
});

test("what a killed engine was writing is swept away, and harms nobody", async () => {
  await using at = await place();
  await at.save(1, 2);
  await writeFile(`${at.path}.a.dead.tmp`, "half of a checkpoint");
  expect(await at.open().load()).toEqual(checkpointAt(2));
  expect((await readdir(at.folder)).sort()).toEqual(["checkpoint.a", "checkpoint.b", "checkpoint.owner"]);
  expect(at.trouble).toEqual([]);
});

test("the engine that had the files before is refused its next save", async () => {
  await using at = await place();
  const older = at.open();
  await older.load();
  await older.save(checkpointAt(1));
  const newer = at.open();
  await newer.load();
  await expect(older.save(checkpointAt(2))).rejects.toMatchObject({ name: "CheckpointError", lost: true });
  await newer.save(checkpointAt(3));
  await expect(older.save(checkpointAt(4))).rejects.toThrow("another engine has taken the checkpoint");
  expect(await at.open().load()).toEqual(checkpointAt(3));
});

test("another log's checkpoint is refused, with a remedy", async () => {
  await using at = await place();
  await at.save(1);
  const loading = at.open("nats:OTHER").load();
  await expect(loading).rejects.toMatchObject({ name: "CheckpointError", lost: false });
  await expect(loading).rejects.toThrow("is of nats:S, not of nats:OTHER; name another file, or delete it");
});

test("a folder that cannot be written to is said at the start; later it is tried again", async () => {
  await using at = await place();
  const nowhere = openCheckpointFile({ path: join(at.folder, "no", "checkpoint"), log: "S", onTrouble: () => {} });
  await expect(nowhere.load()).rejects.toThrow(/checkpoint\.owner cannot be written: ENOENT/);
  const store = at.open();
  await store.load();
  await rm(`${at.path}.owner`);
  await expect(store.save(checkpointAt(1))).rejects.toMatchObject({ name: "CheckpointError", lost: false });
});

test("nobody else may read what the events said", async () => {
  await using at = await place();
  await chmod(at.folder, 0o755);
  await at.save(1);
  expect((await stat(`${at.path}.a`)).mode & 0o777).toBe(0o600);
});
