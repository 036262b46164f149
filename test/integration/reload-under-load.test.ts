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
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import type { Batch, Source } from "../../src/ports/source.ts";
import { type PipelineOptions, runPipeline } from "../../src/service/pipeline.ts";
import { RuleReloader } from "../../src/service/reload.ts";
import { batchSource } from "../support/memory-source.ts";
import { at, plainDecoder } from "../support/plain-decoder.ts";

const BATCH = 20;
/** Ends as soon as it has seen enough, or after TAPIO_SWAP_SECONDS, such as 30. */
const SECONDS = Number(process.env["TAPIO_SWAP_SECONDS"] ?? 0);
const BATCHES_MAX = 3_000 + 200 * SECONDS;
const RELOADS = 4;
const SWAP_MS = 100;

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

/** A folder in which both packs stand at each version; the next version comes whole, by one link that is swapped. */
interface Mount {
  /** Where the rules are loaded from. */
  readonly path: (folder: string) => string;
  write(folder: string, version: number): Promise<void>;
  /** The commit that stories of a version carry, if any. */
  readonly commit: (version: number) => string | undefined;
}

const PACKS = [
  ["one", "x"],
  ["two", "y"],
] as const;

async function swapLink(folder: string, link: string, version: number, before: string): Promise<void> {
  await symlink(`${before}${version}`, join(folder, "..next"));
  await rename(join(folder, "..next"), join(folder, link));
  await rm(join(folder, `${before}${version - 1}`), { recursive: true, force: true });
}

/** As the kubelet mounts a ConfigMap: files that are links into `..data`, which is a link itself. */
const CONFIG_MAP: Mount = {
  path: (folder) => folder,
  commit: () => undefined,
  async write(folder, version) {
    await mkdir(join(folder, `..data_${version}`));
    for (const [name, type] of PACKS) {
      await writeFile(join(folder, `..data_${version}`, `${name}.yaml`), packOf(name, version, type));
      await symlink(join("..data", `${name}.yaml`), join(folder, `${name}.yaml`)).catch(() => undefined);
    }
    await swapLink(folder, "..data", version, "..data_");
  },
};

/** As git-sync keeps a checkout: a link to a work tree of its own for each commit. */
const GIT_SYNC: Mount = {
  path: (folder) => join(folder, "current"),
  commit: (version) => version.toString(16).padStart(12, "c"),
  async write(folder, version) {
    const tree = join(folder, `tree_${version}`);
    await mkdir(join(tree, ".git"), { recursive: true });
    for (const [name, type] of PACKS) await writeFile(join(tree, `${name}.yaml`), packOf(name, version, type));
    await writeFile(join(tree, ".git", "HEAD"), `${GIT_SYNC.commit(version)}${"0".repeat(28)}\n`);
    await swapLink(folder, "current", version, "tree_");
  },
};

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

/** A story without the words and the version of its rule: those may change with a swap. */
const heart = ({ id, status, bound, summary, rule }: Story) => ({
  ...{ id, status, bound, summary },
  rule: `${rule.pack}/${rule.id}`,
});

async function storiesOf(source: Source, rules: RuleSet, swap?: (engine: Engine) => PipelineOptions["betweenEvents"]) {
  const told = new Map<string, StoryChange>();
  const revisions: Story[] = [];
  const sink = {
    name: "memory",
    async deliver(changes: readonly StoryChange[]) {
      for (const change of changes) {
        told.set(change.story.id, change);
        revisions.push(change.story);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
  const engine = new Engine({ rules, limits: { correlationWindowMs: 300_000 } });
  const pipeline = { sources: [source], decoder: plainDecoder, engine, sinks: [sink], clock: systemClock };
  await runPipeline({ ...pipeline, betweenEvents: swap?.(engine), signal: new AbortController().signal });
  return { stories: [...told.values()].map(({ story }) => heart(story)), revisions };
}

test.for([
  { name: "a ConfigMap", mount: CONFIG_MAP },
  { name: "a git checkout", mount: GIT_SYNC },
])(
  "$name swapped every 100 ms under load, every tenth invalid: the stories are those of an undisturbed run",
  {
    timeout: 60_000 + 3_000 * SECONDS,
  },
  async ({ mount }) => {
    const folder = await mkdtemp(join(tmpdir(), "tapio-swaps-"));
    await mount.write(folder, 1);
    const path = mount.path(folder);
    const packs = openPackSource({ paths: [path] });
    const { rules } = await packs.load({});
    /** Every set of packs that was whole, by what a story says of it. */
    const whole = new Set<string>();
    const stamp = ({ pack, version, digest, commit }: Omit<Story["rule"], "id">): string =>
      [pack, version, digest, commit].join(" ");
    const torn: string[] = [];
    const inspect = (set: RuleSet): void => {
      const versions = new Set(set.packs.map(({ version }) => version));
      if (set.packs.length !== 2 || versions.size !== 1) torn.push([...versions].join());
      for (const { name, version, digest, rules: own } of set.packs) {
        const commit = own[0]?.commit;
        if (commit !== mount.commit(Number(version.split(".")[2]))) torn.push(`${version} of ${commit}`);
        whole.add(stamp({ pack: name, version, digest, ...(commit === undefined ? {} : { commit }) }));
      }
    };
    inspect(rules);
    const reloader = new RuleReloader({
      packs,
      rules,
      clock: systemClock,
      test: async (loaded) => {
        inspect(loaded.rules);
        return [];
      },
    });
    const stop = new AbortController();
    let swaps = 1;
    const swapping = (async () => {
      while (!stop.signal.aborted) {
        await mount.write(folder, ++swaps);
        // Where only a few are seen, bad versions stay until one is.
        await (SECONDS === 0 && swaps % 10 === 9 ? reloader.reload() : sleep(SWAP_MS));
      }
    })();
    const watching = (async () => {
      for await (const _ of watchPacks({ paths: [path], signal: stop.signal, quietMs: 20 })) await reloader.reload();
    })();
    let batches = 0;
    const begun = systemClock.now();
    const live: Source = {
      ...batchSource([], { name: "S", finite: true }),
      async *batches() {
        const lasted = (): boolean => begun + 1_000 * SECONDS <= systemClock.now();
        const enough = (): boolean => RELOADS <= reloader.state.reloads && 0 < reloader.state.failures && lasted();
        while (batches < BATCHES_MAX && !enough()) {
          yield batchOf(batches++);
          await sleep(5);
        }
      },
    };
    const { stories, revisions } = await storiesOf(live, rules, (engine) => () => reloader.swapInto(engine));
    stop.abort();
    await Promise.all([swapping, watching]);
    await rm(folder, { recursive: true });
    const { reloads, failures } = reloader.state;
    expect(reloads).toBeGreaterThanOrEqual(RELOADS);
    expect(failures).toBeGreaterThan(0);
    expect(torn).toEqual([]);
    // Each revision says of which packs it is: of such as were there, whole; never of bad ones.
    expect(revisions.map(({ rule }) => stamp(rule)).filter((one) => !whole.has(one))).toEqual([]);
    expect(revisions.filter(({ rule }) => rule.version.endsWith("9"))).toEqual([]);

    const log = Array.from({ length: batches }, (_, n) => batchOf(n));
    const undisturbed = await storiesOf(batchSource(log, { name: "S", finite: true }), rules);
    expect(undisturbed.stories.length).toBeGreaterThan(20);
    expect(stories).toEqual(undisturbed.stories);
  },
);
