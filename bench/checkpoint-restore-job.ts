import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openCheckpoint, type Sealed } from "../src/adapters/checkpoint-text.ts";
import { openCheckpointLog } from "./checkpoint-log.ts";
import { stopwatch } from "./stopwatch.ts";

/** Goes on from a checkpoint: opens it, reads the log again up to its place, and puts back what was found. */
const [traces = "", eventsPerTrace = "", pack = "", folder = ""] = process.argv.slice(2);

const log = await openCheckpointLog({ traces: Number(traces), eventsPerTrace: Number(eventsPerTrace), pack });
const [now, piece] = await Promise.all(["now", "piece"].map((name) => readSealed(join(folder, name))));
if (now === undefined || piece === undefined) throw new Error("the checkpoint is missing");
const engine = log.newEngine();
const restoring = stopwatch();
const checkpoint = await openCheckpoint(now, piece.bytes.length === 0 ? [] : [piece]);
if (checkpoint === undefined) throw new Error("the checkpoint cannot be read");
const { since } = checkpoint.engine;
engine.restore(checkpoint.engine);
await log.read(engine, since, log.events);
engine.endRestore();
const { seconds, cpuSeconds, maxRssMiB } = restoring();
const again = log.events - since + 1;
process.stdout.write(
  `${JSON.stringify({ windows: engine.openWindows.traces, again, seconds, cpuSeconds, maxRssMiB })}\n`,
);

async function readSealed(file: string): Promise<Sealed> {
  const bytes = await readFile(file);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}
