import { writeFile } from "node:fs/promises";
import { type SealedCheckpoint, sealCheckpoint } from "../src/adapters/checkpoint-text.ts";
import { openCheckpointLog } from "./checkpoint-log.ts";
import { stopwatch } from "./stopwatch.ts";

/** Reads a log whose windows stay open, and takes checkpoints as a store does: how long each holds the loop. */
const [traces = "", eventsPerTrace = "", pack = "", file = ""] = process.argv.slice(2);
const ROUNDS = 7;

const log = await openCheckpointLog({ traces: Number(traces), eventsPerTrace: Number(eventsPerTrace), pack });
const engine = log.newEngine();
await log.read(engine, 1);
const taken: { seconds: number; cpuSeconds: number }[] = [];
let sealed: SealedCheckpoint = { bytes: new Uint8Array(), sha256: "" };
let stories = 0;
for (let round = 0; round < ROUNDS; round++) {
  const taking = stopwatch();
  const snapshot = engine.snapshot(log.events);
  const sealing = sealCheckpoint({ format: 2, position: log.events, logTimeMs: 0, engine: snapshot });
  taken.push(taking());
  sealed = await sealing;
  stories = snapshot.stories.length;
}
await writeFile(file, sealed.bytes);
const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
process.stdout.write(
  `${JSON.stringify({
    windows: engine.openWindows.traces,
    stories,
    bytes: sealed.bytes.length,
    loopMs: 1000 * middle(taken.map(({ seconds }) => seconds)),
    cpuMs: 1000 * middle(taken.map(({ cpuSeconds }) => cpuSeconds)),
    firstMs: 1000 * (taken[0]?.seconds ?? Number.NaN),
  })}\n`,
);
