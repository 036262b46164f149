import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProduct } from "../build.ts";
import { DAY, writeTraffic } from "../cluster-traffic.ts";
import { keepResults, measure, median, rounded, say } from "../measure.ts";

/** One run takes minutes. */
const ROUNDS = 1;
/** What reading so many recorded events under all rules that ship may take. */
const OWED = { events: 1_000_000, seconds: 60 };
const RULES = join(import.meta.dirname, "../../rules");
/** A pack that the other version of the rules does without. */
const LEFT_OUT = "service-dependencies";

/** Measures `tapio backtest` over a busy day of a cluster under all packs that ship, alone and against other rules. */
export async function benchBacktest(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-bench-"));
  await using built = await buildProduct();
  try {
    const file = join(folder, "day.ndjson");
    const bytes = await writeTraffic(file, DAY);
    const others = join(folder, "rules");
    await cp(RULES, others, { recursive: true, filter: (path) => !path.includes(LEFT_OUT) });
    const rows = [];
    for (const { name, more } of [
      { name: "alone", more: [] },
      { name: "against", more: ["--against", others] },
    ]) {
      const args = [file, "--rules", RULES, ...more];
      const runs = Array.from({ length: ROUNDS }, () => measure(built.script("backtest-job"), ...args).report);
      const middle = (what: string): number => median(runs.map((run) => run[what] ?? Number.NaN));
      if (middle("code") !== 0 || middle("events") < OWED.events)
        throw new Error(`not all was read: ${JSON.stringify(runs)}`);
      const share = OWED.events / middle("events");
      const row = {
        name,
        events: middle("events"),
        stories: middle("stories"),
        seconds: rounded(middle("seconds") * share, 1),
        cpuSeconds: rounded(middle("cpuSeconds") * share, 1),
        threadSeconds: rounded(middle("threadSeconds") * share, 1),
        maxRssMiB: rounded(Math.max(...runs.map((run) => run["maxRssMiB"] ?? 0))),
      };
      rows.push(row);
      const held = name !== "alone" || row.seconds <= OWED.seconds;
      say(
        `backtest ${name.padEnd(8)} ${OWED.events} events in ${row.seconds} s (by CPU ${row.cpuSeconds}, of the thread that judges ${row.threadSeconds})  ${row.stories} stories  ${row.maxRssMiB} MiB${name === "alone" ? (held ? "  ok" : "  NOT AS OWED") : ""}`,
      );
    }
    await keepResults("backtest", { traffic: { ...DAY, bytes }, owed: OWED, rounds: ROUNDS, rows });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
