import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openCheckpointFile } from "../../src/adapters/file/checkpoint-file.ts";

const NODE = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
const KILLS = 8;

/** Goes on from what is there, saves as fast as it can, and says each position once it is saved. */
const WRITER = `
  import { openCheckpointFile } from "./src/adapters/file/checkpoint-file.ts";
  const store = openCheckpointFile({ path: process.argv[1], log: "S", onTrouble: (word) => console.log(word) });
  const late = Array.from({ length: 50_000 }, (_, n) => (n * 2_654_435_761) % 4_294_967_296);
  let position = (await store.load())?.position ?? 0;
  console.log("loaded " + position);
  let pieces = [];
  for (;;) {
    position += 1;
    const more = { units: [["story", position, { id: "s" }]], piece: position, pieces };
    await store.save({ format: 2, position, logTimeMs: position, engine: { format: 2, position, late, ...more } });
    pieces = [...pieces, position].slice(-3);
    console.log("saved " + position);
  }
`;

test("a process that is killed while it saves loses nothing that was saved, and leaves nothing torn", {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapio-checkpoint-"));
  const path = join(folder, "checkpoint");
  let saved = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(NODE, ["--input-type=module", "-e", WRITER, path], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const closed = once(child, "close");
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString("utf8");
    });
    while (!out.includes("saved")) await Promise.race([once(child.stdout, "data"), closed]);
    // Somewhere in the midst of a later save.
    await sleep(37 * (1 + (kill % 4)));
    child.kill("SIGKILL");
    await closed;
    const words = out.trim().split("\n");
    const loaded = Number(/^loaded (\d+)$/.exec(words[0] ?? "")?.[1]);
    expect(loaded).toBeGreaterThanOrEqual(saved);
    // Torn files would be told of.
    expect(words.filter((word) => !/^(loaded|saved) \d+$/.test(word))).toEqual([]);
    saved = Number(words.at(-1)?.split(" ")[1]);
  }
  const trouble: string[] = [];
  const last = await openCheckpointFile({ path, log: "S", onTrouble: (word) => trouble.push(word) }).load();
  expect(last?.position).toBeGreaterThanOrEqual(saved);
  const { units = [], pieces = [], piece } = last?.engine ?? {};
  expect(units.map(([, number]) => number)).toEqual([...pieces, piece]);
  expect(trouble).toEqual([]);
  await rm(folder, { recursive: true });
});
