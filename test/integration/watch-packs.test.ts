import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSnapshot } from "../../src/adapters/file/pack-snapshot.ts";
import { openPackSource } from "../../src/adapters/file/pack-source.ts";
import { watchPacks } from "../../src/adapters/file/watch-packs.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { RuleReloader } from "../../src/service/reload.ts";

const packOf = (name: string, version: number, within = "5m"): string => `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: ${name}, version: 1.0.${version} }
rules:
  - id: pair
    title: A pair
    category: pod-lifecycle
    severity: error
    within: ${within}
    steps:
      - { as: a, type: x.a, role: cause }
      - { as: b, type: x.b, role: impact, after: a }
    story: { summary: A pair }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapio-packs-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes the next state of a ConfigMap as the kubelet does: a new folder, one link swapped. */
async function mount(revision: number, files: Readonly<Record<string, string>>): Promise<void> {
  const data = join(folder, `..2026_03_01_${revision}`);
  await mkdir(data);
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(data, name), text);
    await symlink(join("..data", name), join(folder, name)).catch(() => undefined);
  }
  await symlink(`..2026_03_01_${revision}`, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  if (1 < revision) await rm(join(folder, `..2026_03_01_${revision - 1}`), { recursive: true });
}

/** Counts what a watch tells, from the moment on at which it watches. */
async function watching(paths: readonly string[], pollMs = 20) {
  const stop = new AbortController();
  let told = 0;
  const done = (async () => {
    for await (const _ of watchPacks({ paths, signal: stop.signal, pollMs, quietMs: 10 })) told += 1;
  })();
  // The first look has been taken when a second one, asked for later, is done.
  await readSnapshot(paths);
  await sleep(20);
  return {
    async until(count: number): Promise<void> {
      for (let waited = 0; told < count && waited < 10_000; waited += 10) await sleep(10);
      expect(told).toBeGreaterThanOrEqual(count);
    },
    get told() {
      return told;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
    },
  };
}

describe("a change is seen", () => {
  test("in a file written in place, one added, and one removed", async () => {
    const path = join(folder, "one.yaml");
    await writeFile(path, packOf("one", 1));
    await using watch = await watching([folder]);
    await writeFile(path, packOf("one", 20));
    await watch.until(1);
    await mkdir(join(folder, "deep"));
    await writeFile(join(folder, "deep", "two.yaml"), packOf("two", 1));
    await watch.until(2);
    await unlink(join(folder, "deep", "two.yaml"));
    await watch.until(3);
  });

  test("in a file that an editor replaces", async () => {
    const path = join(folder, "one.yaml");
    await writeFile(path, packOf("one", 1));
    await using watch = await watching([path]);
    await writeFile(`${path}.swp`, packOf("one", 2));
    await rename(`${path}.swp`, path);
    await watch.until(1);
  });

  test("in a mounted ConfigMap", async () => {
    await mount(1, { "one.yaml": packOf("one", 1) });
    await using watch = await watching([folder]);
    await mount(2, { "one.yaml": packOf("one", 2) });
    await watch.until(1);
  });

  test("behind the link of git-sync, by hints alone", async () => {
    for (const [tree, version] of [
      ["sha1", 1],
      ["sha2", 2],
    ] as const) {
      await mkdir(join(folder, tree));
      await writeFile(join(folder, tree, "one.yaml"), packOf("one", version));
    }
    await symlink("sha1", join(folder, "current"));
    await using watch = await watching([join(folder, "current")], 600_000);
    await symlink("sha2", join(folder, "next"));
    await rename(join(folder, "next"), join(folder, "current"));
    await watch.until(1);
  });

  test("but not where nothing has changed", async () => {
    const path = join(folder, "one.yaml");
    await writeFile(path, packOf("one", 1));
    await using watch = await watching([folder]);
    await writeFile(join(folder, ".hidden.yaml"), "x");
    await sleep(100);
    expect(watch.told).toBe(0);
  });
});

test("a snapshot is never torn: packs that change together are read together", async () => {
  await mount(1, { "one.yaml": packOf("one", 1), "two.yaml": packOf("two", 1) });
  let revision = 1;
  const stop = new AbortController();
  const swapping = (async () => {
    while (!stop.signal.aborted) {
      revision += 1;
      await mount(revision, { "one.yaml": packOf("one", revision), "two.yaml": packOf("two", revision) });
      await sleep(60);
    }
  })();
  const seen = new Set<string>();
  try {
    for (let n = 0; n < 400 && seen.size < 5; n++) {
      const versions = (await readSnapshot([folder])).map(({ text }) => /version: (\S+)/.exec(text)?.[1]);
      expect(versions).toHaveLength(2);
      expect(versions[0]).toBe(versions[1]);
      seen.add(versions[0] ?? "");
      await sleep(2);
    }
  } finally {
    stop.abort();
    await swapping;
  }
  expect(seen.size).toBeGreaterThan(1);
});

test("a bad pack changes nothing and says where; a good one afterwards is taken", async () => {
  const path = join(folder, "one.yaml");
  await writeFile(path, packOf("one", 1));
  const packs = openPackSource({ paths: [folder] });
  const { rules } = await packs.load({});
  const reloader = new RuleReloader({ packs, rules, clock: systemClock });
  await writeFile(path, packOf("one", 2, "soon"));
  const failed = await reloader.reload();
  expect(failed).toMatchObject({ outcome: "failed", problems: [expect.stringMatching(/one\.yaml:9:\d+: TAP\d+: /)] });
  expect(reloader.state.rules.packs[0]?.version).toBe("1.0.1");
  await writeFile(path, packOf("one", 3));
  expect(await reloader.reload()).toMatchObject({ outcome: "loaded" });
  expect(reloader.state).toMatchObject({ problems: [], rules: { packs: [{ version: "1.0.3" }] } });
});
