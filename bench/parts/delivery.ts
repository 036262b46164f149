import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProduct } from "../build.ts";
import { keepResults, measure, median, type Report, rounded, say } from "../measure.ts";
import { openEventStream } from "../stream.ts";
import { EVENTS_PER_SECOND, MAIN_WORKLOAD, workloadLines } from "../workload.ts";
import { workloadPack } from "../workload-rules.ts";

const ROUNDS = 5;
const RULES = 50;
const WORKLOAD = { ...MAIN_WORKLOAD, events: 500_000, traces: 125_000 };
/** The stream is filled in seconds: windows are as much shorter, so that they close while it is read. */
const WINDOW = "1s";
const FLOOR = 0.6;

/** Measures the daemon with everything on beside an ordered consumer that only parses. */
export async function benchDelivery(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-bench-"));
  const pack = join(folder, "rules.yaml");
  await writeFile(pack, workloadPack(RULES));
  await using built = await buildProduct();
  await using events = await openEventStream(
    workloadLines({ ...WORKLOAD, startMs: Date.now() - (WORKLOAD.events * 1000) / EVENTS_PER_SECOND }),
  );
  const { server, stream, last } = events;
  const pairs: { parse: Report; job: Report }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const parse = measure(built.script("parse-consumer"), server.url, stream, String(last)).report;
    const job = measure(built.script("delivery-job"), server.url, stream, pack, WINDOW, String(last)).report;
    await events.forget();
    if (job["events"] !== last || job["checkpoint"] !== last || job["waiting"] !== 0) {
      throw new Error(`not everything was done: ${JSON.stringify(job)}`);
    }
    pairs.push({ parse, job });
  }
  await rm(folder, { recursive: true, force: true });
  const middle = (of: (pair: (typeof pairs)[number]) => number): number => median(pairs.map(of));
  const at = (report: Report, name: string): number => report[name] ?? Number.NaN;
  const row = {
    rules: RULES,
    ratio: rounded(
      middle(({ parse, job }) => at(parse, "seconds") / at(job, "seconds")),
      3,
    ),
    floor: FLOOR,
    cpuRatio: rounded(
      middle(({ parse, job }) => at(parse, "cpuSeconds") / at(job, "cpuSeconds")),
      3,
    ),
    eventsPerSecond: rounded(last / middle(({ job }) => at(job, "seconds"))),
    parsedPerSecond: rounded(last / middle(({ parse }) => at(parse, "seconds"))),
    published: at(pairs[0]?.job ?? {}, "published"),
    openWindowsMax: middle(({ job }) => at(job, "openMax")),
    maxRssMiB: rounded(Math.max(...pairs.map(({ job }) => at(job, "maxRssMiB")))),
  };
  say(
    `delivery  ${row.ratio.toFixed(2)} × an ordered consumer that only parses (floor ${FLOOR}; by CPU ${row.cpuRatio.toFixed(2)})  ${row.eventsPerSecond} events/s beside ${row.parsedPerSecond}  ${row.published} revisions published  ${row.ratio < FLOOR ? "BELOW THE FLOOR" : "ok"}`,
  );
  await keepResults("delivery", { workload: WORKLOAD, window: WINDOW, rounds: ROUNDS, row });
}
