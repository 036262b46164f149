import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { MAIN_WORKLOAD, writeWorkload } from "./workload.ts";
import { workloadPack } from "./workload-rules.ts";

/**
 * Measures the main job beside a bare loop that only splits lines and parses them, turn by turn in
 * one run, each in a process of its own. Prints ratios: they hold on any machine; seconds don't.
 */
const ROUNDS = 3;
const RULES = [1, 50, 500];
/** What the main job owes: share of the bare loop's speed, and peak memory. */
const FLOORS: Readonly<Record<number, number>> = { 1: 0.4, 50: 0.3, 500: 0.2 };
const MEMORY_MAX_MIB = 400;
/** As `npm run tapio` and the installed command run: less garbage is kept waiting, for some more collecting. */
const HEAP_FLAGS = ["--max-semi-space-size=8", "--heap-growing-percent=100"];

interface Measured {
  readonly seconds: number;
  readonly report: Readonly<Record<string, number>>;
}

function measure(script: string, ...args: readonly string[]): Measured {
  const start = process.hrtime.bigint();
  const command = [...HEAP_FLAGS, join(import.meta.dirname, script), ...args];
  const out = execFileSync(process.execPath, command, { encoding: "utf8" });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { seconds, report: JSON.parse(out) as Record<string, number> };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const folder = await mkdtemp(join(tmpdir(), "tapio-bench-"));
try {
  const file = join(folder, "workload.ndjson");
  const bytes = await writeWorkload(file, MAIN_WORKLOAD);
  const rows = [];
  for (const rules of RULES) {
    const pack = join(folder, `rules-${rules}.yaml`);
    await writeFile(pack, workloadPack(rules));
    const pairs = Array.from({ length: ROUNDS }, () => ({
      bare: measure("bare-loop.ts", file),
      job: measure("main-job.ts", file, pack),
    }));
    const ratio = median(pairs.map(({ bare, job }) => bare.seconds / job.seconds));
    const last = pairs.at(-1)?.job.report ?? {};
    const maxRssMiB = Math.max(...pairs.map(({ job }) => job.report["maxRssMiB"] ?? 0));
    const row = {
      rules,
      ratio: Number(ratio.toFixed(3)),
      floor: FLOORS[rules] ?? 0,
      eventsPerSecond: Math.round(MAIN_WORKLOAD.events / median(pairs.map(({ job }) => job.seconds))),
      maxRssMiB,
      stories: last["stories"],
      openWindowsMax: last["openMax"],
    };
    rows.push(row);
    const held = row.floor <= row.ratio && maxRssMiB <= MEMORY_MAX_MIB;
    process.stdout.write(
      `${String(rules).padStart(4)} rules  ${row.ratio.toFixed(2)} × a bare JSON.parse loop (floor ${row.floor})  ${row.eventsPerSecond} events/s  ${maxRssMiB} MiB  ${row.stories} stories  ${held ? "ok" : "BELOW THE FLOOR"}\n`,
    );
  }
  const results = join(import.meta.dirname, "results");
  if (!existsSync(results)) await mkdir(results);
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  await writeFile(
    join(results, "main-job.json"),
    `${JSON.stringify({ machine, workload: { ...MAIN_WORKLOAD, bytes }, rows }, null, 2)}\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
