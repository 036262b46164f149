import { writeFile } from "node:fs/promises";
import { sealCheckpoint } from "../src/adapters/checkpoint-text.ts";
import { SnapshotLedger } from "../src/core/engine/snapshot-ledger.ts";
import { openCheckpointLog } from "./checkpoint-log.ts";
import { stopwatch } from "./stopwatch.ts";

/**
 * Reads a log whose windows stay open, and takes checkpoints as the pipeline does, each a while after the one
 * before: how long each holds the loop, and what it writes. The first writes all stories, as after a restart.
 */
const [traces = "", eventsPerTrace = "", pack = "", folder = ""] = process.argv.slice(2);
const ROUNDS = 7;
/** Two seconds of the workload, and more. */
const EVENTS_BETWEEN = 1_000;

const log = await openCheckpointLog({ traces: Number(traces), eventsPerTrace: Number(eventsPerTrace), pack });
const engine = log.newEngine();
const ledger = new SnapshotLedger();
let read = 0;
const reading = stopwatch();
await readTo(log.events - ROUNDS * EVENTS_BETWEEN);
const readPerCpuSecond = read / reading().cpuSeconds;

async function readTo(position: number): Promise<void> {
  await log.read(engine, read + 1, position);
  read = position;
}

async function takeAt(position: number) {
  await readTo(position);
  const taking = stopwatch();
  const snapshot = engine.snapshot(position, ledger);
  const sealing = sealCheckpoint({ format: 2, position, logTimeMs: 0, engine: snapshot });
  const { seconds, cpuSeconds } = taking();
  const { now, piece } = await sealing;
  const bytes = now.bytes.length + (piece?.bytes.length ?? 0);
  return { loopMs: 1000 * seconds, cpuMs: 1000 * cpuSeconds, bytes, stories: snapshot.stories.length };
}

const first = await takeAt(read);
const later: Awaited<ReturnType<typeof takeAt>>[] = [];
for (let round = ROUNDS - 1; 0 <= round; round--) later.push(await takeAt(log.events - round * EVENTS_BETWEEN));
const whole = await sealCheckpoint({ format: 2, position: read, logTimeMs: 0, engine: engine.snapshot(read) });
await writeFile(`${folder}/now`, whole.now.bytes);
await writeFile(`${folder}/piece`, whole.piece?.bytes ?? "");
const middle = (of: (one: (typeof later)[number]) => number): number =>
  later.map(of).sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
process.stdout.write(
  `${JSON.stringify({
    windows: engine.openWindows.traces,
    readPerCpuSecond,
    stories: later.at(-1)?.stories,
    firstLoopMs: first.loopMs,
    firstBytes: first.bytes,
    loopMs: middle(({ loopMs }) => loopMs),
    cpuMs: middle(({ cpuMs }) => cpuMs),
    bytes: middle(({ bytes }) => bytes),
  })}\n`,
);
