import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { openCheckpoint } from "../src/adapters/checkpoint-text.ts";
import { openCheckpointLog } from "./checkpoint-log.ts";
import { stopwatch } from "./stopwatch.ts";

/** Goes on from a checkpoint: opens it, reads the log again up to its place, and puts back what was found. */
const [traces = "", eventsPerTrace = "", pack = "", file = ""] = process.argv.slice(2);

const log = await openCheckpointLog({ traces: Number(traces), eventsPerTrace: Number(eventsPerTrace), pack });
const bytes = await readFile(file);
const engine = log.newEngine();
const restoring = stopwatch();
const checkpoint = await openCheckpoint({ bytes, sha256: createHash("sha256").update(bytes).digest("hex") });
if (checkpoint === undefined) throw new Error("the checkpoint cannot be read");
const { since } = checkpoint.engine;
engine.restore(checkpoint.engine);
await log.read(engine, since);
engine.endRestore();
const { seconds, cpuSeconds, maxRssMiB } = restoring();
const again = log.events - since + 1;
process.stdout.write(
  `${JSON.stringify({ windows: engine.openWindows.traces, again, seconds, cpuSeconds, maxRssMiB })}\n`,
);
