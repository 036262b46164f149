import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { Cluster } from "./cluster.ts";
import * as faults from "./cluster-faults.ts";
import type { Episode } from "./cluster-quiet.ts";
import * as quiet from "./cluster-quiet.ts";
import * as starts from "./cluster-starts.ts";

/** Sizes of the traffic. */
export interface Traffic {
  readonly seed: number;
  /** Lines: Events and objects in watch envelopes, and native events. */
  readonly lines: number;
  /** Lines that come in a second, about. */
  readonly perSecond: number;
}

/** A busy day of a large cluster in which quite some things go wrong. */
export const DAY: Traffic = { seed: 20261126, lines: 1_050_000, perSecond: 12 };

const START_MS = Date.UTC(2026, 2, 2, 0);
/** How often each episode begins, beside the others. */
const EPISODES: readonly (readonly [number, Episode])[] = [
  [60, quiet.cronRun],
  [12, quiet.rollOut],
  [24, quiet.autoscale],
  [90, quiet.talk],
  [60, quiet.renewNode],
  [60, quiet.chores],
  [30, quiet.hiccup],
  [24, quiet.replace],
  [5, faults.crashLoop],
  [4, faults.oomKill],
  [5, faults.livenessFails],
  [5, faults.readinessFails],
  [4, starts.imageMissing],
  [1, faults.nodePressure],
  [0.3, faults.nodeLost],
  [4, starts.unschedulable],
  [3, starts.mountFails],
  [2, starts.quotaUsedUp],
  [3, faults.jobFails],
];
const WEIGHTS = EPISODES.reduce((sum, [weight]) => sum + weight, 0);
/** Lines of an episode, on average; measured. */
const LINES_PER_EPISODE = 20;

/** The lines of the traffic in the order in which they arrive. */
function* trafficLines({ seed, lines, perSecond }: Traffic): Generator<string> {
  const cluster = new Cluster(seed);
  const episodeEveryMs = (LINES_PER_EPISODE * 1_000) / perSecond;
  let left = lines;
  for (let atMs = START_MS; 0 < left; atMs += cluster.between(0, 2 * episodeEveryMs)) {
    for (const line of cluster.log.until(atMs)) {
      if (left-- <= 0) return;
      yield line;
    }
    episodeOf(cluster)(cluster, atMs + 5_000);
  }
}

/** Writes the traffic as NDJSON; resolves to the bytes written. */
export async function writeTraffic(path: string, traffic: Traffic): Promise<number> {
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  let bytes = 0;
  for (const line of trafficLines(traffic)) {
    bytes += line.length + 1;
    if (!file.write(`${line}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  return bytes;
}

function episodeOf(cluster: Cluster): Episode {
  let at = (cluster.between(0, 1_000_000) / 1_000_000) * WEIGHTS;
  for (const [weight, episode] of EPISODES) {
    at -= weight;
    if (at <= 0) return episode;
  }
  return quiet.talk;
}
