import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProduct } from "../build.ts";
import { keepResults, measure, median, rounded, say } from "../measure.ts";
import { MAIN_WORKLOAD, writeWorkload } from "../workload.ts";
import { workloadPack } from "../workload-rules.ts";

const ROUNDS = 3;
const RULES = [1, 50, 500];
/** What the main job owes: share of the bare loop's speed, and peak memory. */
const FLOORS: Readonly<Record<number, number>> = { 1: 0.4, 50: 0.3, 500: 0.2 };
const MEMORY_MAX_MIB = 400;

/** Measures the main job beside a bare loop that only splits lines and parses them. */
export async function benchMainJob(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-bench-"));
  await using built = await buildProduct();
  try {
    const file = join(folder, "workload.ndjson");
    const bytes = await writeWorkload(file, MAIN_WORKLOAD);
    const rows = [];
    for (const rules of RULES) {
      const pack = join(folder, `rules-${rules}.yaml`);
      await writeFile(pack, workloadPack(rules));
      const pairs = Array.from({ length: ROUNDS }, () => ({
        bare: measure(built.script("bare-loop"), file),
        job: measure(built.script("main-job"), file, pack),
      }));
      const last = pairs.at(-1)?.job.report ?? {};
      const maxRssMiB = Math.max(...pairs.map(({ job }) => job.report["maxRssMiB"] ?? 0));
      const row = {
        rules,
        ratio: rounded(median(pairs.map(({ bare, job }) => bare.seconds / job.seconds)), 3),
        floor: FLOORS[rules] ?? 0,
        eventsPerSecond: Math.round(MAIN_WORKLOAD.events / median(pairs.map(({ job }) => job.seconds))),
        maxRssMiB,
        stories: last["stories"],
        openWindowsMax: last["openMax"],
      };
      rows.push(row);
      const held = row.floor <= row.ratio && maxRssMiB <= MEMORY_MAX_MIB;
      say(
        `${String(rules).padStart(4)} rules  ${row.ratio.toFixed(2)} × a bare JSON.parse loop (floor ${row.floor})  ${row.eventsPerSecond} events/s  ${maxRssMiB} MiB  ${row.stories} stories  ${held ? "ok" : "BELOW THE FLOOR"}`,
      );
    }
    await keepResults("main-job", { workload: { ...MAIN_WORKLOAD, bytes }, rows });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
