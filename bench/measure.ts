import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

/** As `npm run tapio` and the installed command run: less garbage is kept waiting than Node would keep. */
const HEAP_FLAGS = ["--max-semi-space-size=16", "--heap-growing-percent=80"];

/** What a measured process told of itself, as numbers by name. */
export type Report = Readonly<Record<string, number>>;

/** One run of a process. */
export interface Measured {
  /** From its start to its end, wall time. */
  readonly seconds: number;
  readonly report: Report;
}

/** Runs a script in a process of its own; it prints one JSON object. */
export function measure(script: string, ...args: readonly string[]): Measured {
  const start = process.hrtime.bigint();
  const command = [...HEAP_FLAGS, script, ...args];
  const out = execFileSync(process.execPath, command, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { seconds, report: JSON.parse(out) as Report };
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** A number with so many decimals. */
export function rounded(value: number, decimals = 0): number {
  return Number(value.toFixed(decimals));
}

/** Says one line of the outcome. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Keeps the outcome of a part, with the machine that it was measured on. */
export async function keepResults(part: string, results: object): Promise<void> {
  const folder = join(import.meta.dirname, "results");
  await mkdir(folder, { recursive: true });
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  await writeFile(join(folder, `${part}.json`), `${JSON.stringify({ machine, ...results }, null, 2)}\n`);
}
