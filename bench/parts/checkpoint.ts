import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProduct } from "../build.ts";
import { keepResults, measure, median, type Report, rounded, say } from "../measure.ts";
import { workloadPack } from "../workload-rules.ts";

const RULES = 50;
/** Open windows, how many events each holds, and how often it is measured. */
const SIZES = [
  { windows: 10_000, eventsPerWindow: 4, rounds: 3 },
  { windows: 100_000, eventsPerWindow: 4, rounds: 3 },
  { windows: 1_000_000, eventsPerWindow: 2, rounds: 1 },
];
/** What a checkpoint of so many windows may take: of the event loop, of the disk, and to go on from it. */
const OWED = { windows: 100_000, loopMs: 200, bytes: 1 << 20, eventsPerSecond: 100_000 };

/** Measures what a checkpoint takes, and what going on from it in a fresh process does. */
export async function benchCheckpoint(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-bench-"));
  const pack = join(folder, "rules.yaml");
  await writeFile(pack, workloadPack(RULES));
  await using built = await buildProduct();
  const rows = [];
  try {
    for (const { windows, eventsPerWindow, rounds } of SIZES) {
      const pairs = Array.from({ length: rounds }, () => {
        const args = [String(windows), String(eventsPerWindow), pack, folder];
        const taken = measure(built.script("checkpoint-take-job"), ...args).report;
        return { taken, restored: measure(built.script("checkpoint-restore-job"), ...args).report };
      });
      const row = rowOf({ windows, eventsPerWindow, rounds }, pairs);
      rows.push(row);
      const { loopMs, bytes, firstBytes, eventsPerSecond, eventsPerCpuSecond } = row;
      const isOwed = windows === OWED.windows;
      const isSmall = Math.max(bytes, firstBytes) <= OWED.bytes;
      const held = loopMs <= OWED.loopMs && isSmall && OWED.eventsPerSecond <= eventsPerSecond;
      say(
        `${String(windows).padStart(9)} windows  ${loopMs} ms of the loop (by CPU ${row.cpuMs}, the first ${row.firstLoopMs})  ${bytes} bytes (the first ${firstBytes} with all of ${row.stories} stories)  restored in ${row.restoreSeconds} s, ${eventsPerSecond} events/s (by CPU ${eventsPerCpuSecond}, ${row.comparedWithReading} × the first reading)${isOwed ? (held ? "  ok" : "  NOT AS OWED") : ""}`,
      );
    }
    await keepResults("checkpoint", { rules: RULES, owed: OWED, rows });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rowOf(size: (typeof SIZES)[number], pairs: readonly { readonly taken: Report; readonly restored: Report }[]) {
  const taken = (name: string): number => median(pairs.map((pair) => pair.taken[name] ?? Number.NaN));
  const restored = (name: string): number => median(pairs.map((pair) => pair.restored[name] ?? Number.NaN));
  if (taken("windows") !== size.windows || restored("windows") !== size.windows) {
    throw new Error(`not every window is open: ${JSON.stringify(pairs)}`);
  }
  return {
    ...size,
    stories: taken("stories"),
    bytes: taken("bytes"),
    loopMs: rounded(taken("loopMs"), 1),
    cpuMs: rounded(taken("cpuMs"), 1),
    firstLoopMs: rounded(taken("firstLoopMs"), 1),
    firstBytes: taken("firstBytes"),
    restoreSeconds: rounded(restored("seconds"), 2),
    eventsPerSecond: rounded(restored("again") / restored("seconds")),
    eventsPerCpuSecond: rounded(restored("again") / restored("cpuSeconds")),
    comparedWithReading: rounded(restored("again") / restored("cpuSeconds") / taken("readPerCpuSecond"), 2),
    restoreMaxRssMiB: rounded(restored("maxRssMiB")),
  };
}
