import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openPackSource } from "../../src/adapters/file/pack-source.ts";
import { watchPacks } from "../../src/adapters/file/watch-packs.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { Engine } from "../../src/core/engine/engine.ts";
import type { RuleSet } from "../../src/core/model/rule.ts";
import type { StoryChange } from "../../src/core/model/story.ts";
import type { Batch, Source } from "../../src/ports/source.ts";
import { type PipelineOptions, runPipeline } from "../../src/service/pipeline.ts";
import { RuleReloader } from "../../src/service/reload.ts";
import { batchSource } from "../support/memory-source.ts";
import { at, plainDecoder } from "../support/plain-decoder.ts";

const BATCH = 20;
const BATCHES_MAX = 3_000;
const RELOADS = 4;

/** One pack; another version changes words, and what is wrong with it is wrong for good. */
const packOf = (name: string, version: number, type: string): string => `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: ${name}, version: 1.0.${version} }
rules:
  - id: pair
    title: "A pair, in the words of ${version}"
    category: pod-lifecycle
    severity: ${version % 10 === 9 ? "dreadful" : "error"}
    within: 1h
    steps:
      - { as: first, type: ${type}.a, role: cause }
      - { as: then, type: ${type}.b, role: impact, after: first }
    story: { summary: A pair }
`;

/** Writes the next version of both packs as the kubelet does: a new folder, one link swapped. */
async function mount(folder: string, version: number): Promise<void> {
  const data = `..data_${version}`;
  await mkdir(join(folder, data));
  for (const [name, type] of [
    ["one", "x"],
    ["two", "y"],
  ] as const) {
    await writeFile(join(folder, data, `${name}.yaml`), packOf(name, version, type));
    await symlink(join("..data", `${name}.yaml`), join(folder, `${name}.yaml`)).catch(() => undefined);
  }
  await symlink(data, join(folder, "..next"));
  await rename(join(folder, "..next"), join(folder, "..data"));
  await rm(join(folder, `..data_${version - 1}`), { recursive: true, force: true });
}

/** The n-th batch of a log of traces of ten events, three of them open at the same time. */
function batchOf(n: number): Batch {
  const entries = Array.from({ length: BATCH }, (_, place) => {
    const position = n * BATCH + place + 1;
    const trace = 3 * Math.floor(position / 30) + (position % 3);
    const type = `${trace % 2 === 0 ? "y" : "x"}.${position % 7 < 3 ? "a" : "b"}`;
    const text = JSON.stringify({ id: `e${position}`, type, at: position, trace: `t${trace}` });
    return { position, logTimeMs: at(position), text };
  });
  return { entries };
}

async function storiesOf(source: Source, rules: RuleSet, swap?: (engine: Engine) => PipelineOptions["betweenEvents"]) {
  const told = new Map<string, StoryChange>();
  const sink = {
    name: "memory",
    async deliver(changes: readonly StoryChange[]) {
      for (const change of changes) told.set(change.story.id, change);
    },
    async [Symbol.asyncDispose]() {},
  };
  const engine = new Engine({ rules, limits: { correlationWindowMs: 300_000 } });
  const pipeline = { sources: [source], decoder: plainDecoder, engine, sinks: [sink], clock: systemClock };
  await runPipeline({ ...pipeline, betweenEvents: swap?.(engine), signal: new AbortController().signal });
  return [...told.values()].map(({ story: { id, status, bound, summary, rule } }) => ({
    id,
    status,
    bound,
    summary,
    rule: `${rule.pack}/${rule.id}`,
  }));
}

test("rules swapped under load, many of them bad: the stories are those of an undisturbed run", {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapio-swaps-"));
  await mount(folder, 1);
  const packs = openPackSource({ paths: [folder] });
  const { rules } = await packs.load({});
  const torn: string[] = [];
  const reloader = new RuleReloader({
    packs,
    rules,
    clock: systemClock,
    test: async ({ rules: { packs: both } }) => {
      const versions = both.map(({ version }) => version);
      if (versions.length !== 2 || versions[0] !== versions[1]) torn.push(versions.join());
      return [];
    },
  });
  const stop = new AbortController();
  const swapping = (async () => {
    for (let version = 2; !stop.signal.aborted; version++) {
      await mount(folder, version);
      // Bad versions stay for a while, so that some are seen.
      const stays = version % 10 === 9 ? reloader.reload() : sleep(100);
      await stays;
    }
  })();
  const watching = (async () => {
    for await (const _ of watchPacks({ paths: [folder], signal: stop.signal, quietMs: 20 })) await reloader.reload();
  })();
  let batches = 0;
  const live: Source = {
    ...batchSource([], { name: "S", finite: true }),
    async *batches() {
      const enough = (): boolean => RELOADS <= reloader.state.reloads && 0 < reloader.state.failures;
      while (batches < BATCHES_MAX && !enough()) {
        yield batchOf(batches++);
        await sleep(5);
      }
    },
  };
  const stories = await storiesOf(live, rules, (engine) => () => reloader.swapInto(engine));
  stop.abort();
  await Promise.all([swapping, watching]);
  await rm(folder, { recursive: true });
  expect(reloader.state.reloads).toBeGreaterThanOrEqual(RELOADS);
  expect(reloader.state.failures).toBeGreaterThan(0);
  expect(torn).toEqual([]);

  const log = Array.from({ length: batches }, (_, n) => batchOf(n));
  const undisturbed = await storiesOf(batchSource(log, { name: "S", finite: true }), rules);
  expect(undisturbed.length).toBeGreaterThan(20);
  expect(stories).toEqual(undisturbed);
});
