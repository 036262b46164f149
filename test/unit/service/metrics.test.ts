import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import type { Checkpoint } from "../../../src/ports/checkpoint-store.ts";
import { Books } from "../../../src/service/books.ts";
import { renderMetrics } from "../../../src/service/metric-text.ts";
import { metricsOf } from "../../../src/service/metrics.ts";
import { ServiceObserver, type ServiceState } from "../../../src/service/service-state.ts";
import { statusOf } from "../../../src/service/status.ts";
import { rule, ruleSet, step } from "../../support/engine-kit.ts";
import { batchSource, memorySource } from "../../support/memory-source.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const ONE = ruleSet(rule("pair", [step("a", "x.a")]));
const PACK = { name: "pack", version: "1.0.0", owner: undefined, digest: "sha256:1", file: "x.yaml", rules: ONE.rules };
const RULES = { ...ONE, packs: [PACK] };
const NOW = Date.parse("2026-03-01T10:00:00Z");

/** A service that has read four entries, saved a checkpoint ten seconds ago, and has one sink. */
async function observed(): Promise<ServiceState> {
  const clock = new VirtualClock(NOW);
  const observer = new ServiceObserver({ clock, version: "1.2.3" });
  expect(observer.state).toBeUndefined();
  const engine = new Engine({ rules: RULES });
  engine.counters.truncated = { "pack/pair": 2 };
  engine.counters.fanOut = { "pack/pair": 1 };
  const sink = {
    name: 'a "sink"',
    kind: "stream",
    waiting: 3,
    delivered: 5,
    replaced: 0,
    failures: 1,
    buried: 2,
  } as const;
  const rules = { rules: RULES, loadedAtMs: NOW, reloads: 1, failures: 2, problems: ["x.yaml:1:1: no"] };
  observer.observe({
    engine,
    outlets: { status: [{ ...sink, breaker: "open" }] },
    flood: { heldBack: 7 },
    rules: { state: rules },
  });
  const books = new Books();
  books.entries = 4;
  books.decoded = 1;
  books.events = 2;
  books.filter("heartbeat");
  books.leave("Lease");
  books.reject({ place: "S:4", reason: "not JSON" });
  observer.progress(books);
  const store = observer.watchCheckpoints({
    load: async () => undefined,
    save: async () => {},
    confirm: async () => {},
  });
  await store.save({ format: 2, position: 9, logTimeMs: NOW, engine: engine.snapshot(9) } satisfies Checkpoint);
  const source = observer.watchSource(memorySource(["{}", "{}"], { name: "S" }));
  for await (const _ of source.batches({ signal: new AbortController().signal }));
  await clock.advance(10_000);
  const { state } = observer;
  if (state === undefined) expect.unreachable();
  return state;
}

test("metrics are what was counted", async () => {
  const lines = renderMetrics(metricsOf(await observed())).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'tapio_build_info{version="1.2.3"} 1',
      "# TYPE tapio_entries_total counter",
      "tapio_entries_total 4",
      "tapio_entries_used_total 1",
      'tapio_entries_filtered_total{reason="heartbeat"} 1',
      'tapio_entries_unknown_total{shape="Lease"} 1',
      "tapio_entries_dead_lettered_total 1",
      "tapio_books_balanced 1",
      'tapio_windows_open{of="trace"} 0',
      'tapio_searches_truncated_total{rule="pack/pair"} 2',
      'tapio_sink_waiting{sink="a \\"sink\\""} 3',
      'tapio_sink_dead_lettered_total{sink="a \\"sink\\""} 2',
      'tapio_sink_broken{sink="a \\"sink\\""} 1',
      "tapio_notifications_held_back_total 7",
      "tapio_rules_loaded 1",
      "tapio_rules_reload_failed 1",
      "tapio_checkpoint_position 9",
      "tapio_checkpoint_age_seconds 10",
      "tapio_log_position 2",
    ]),
  );
  expect(lines.filter((line) => line.startsWith("tapio_log_time_seconds"))).toEqual([]);
});

test("the status says the same in words", async () => {
  expect(statusOf(await observed())).toMatchObject({
    version: "1.2.3",
    startedAt: "2026-03-01T10:00:00.000Z",
    books: { in: 4, used: 1, filtered: { heartbeat: 1 }, unknown: { Lease: 1 }, deadLettered: 1, balanced: true },
    stories: { told: 0, heldBack: 7 },
    log: { name: "S", position: 2 },
    checkpoint: { position: 9, ageMs: 10_000 },
    rules: { reloads: 1, failures: 2, problems: ["x.yaml:1:1: no"], packs: [{ rules: 1 }] },
    sinks: [{ waiting: 3, breaker: "open" }],
  });
});

test("the lag is what the log says with its entries; while the work on them is held up, it is asked", async () => {
  const observer = new ServiceObserver({ clock: new VirtualClock(NOW), version: "1" });
  observer.observe({ engine: new Engine({ rules: RULES }) });
  const pending = () => observer.state?.log?.pending;
  const entry = (position: number) => ({ position, logTimeMs: NOW, text: "{}" });
  const batches = [
    { entries: [entry(1)], pending: 7 },
    { entries: [entry(2)] },
    { entries: [], pending: 0, quietUntilMs: NOW },
  ];
  const source = observer.watchSource(batchSource(batches, { name: "S", finite: false }));
  const seen: unknown[] = [];
  await observer.lookBehind(async () => expect.unreachable("nothing is held up"));
  for await (const { entries } of source.batches({ signal: new AbortController().signal })) {
    seen.push(pending());
    if (entries[0]?.position !== 2) continue;
    await observer.lookBehind(async () => 5_001);
    seen.push(pending());
  }
  // At the second batch one entry was done with.
  expect(seen).toEqual([7, 7, 5_000, 0]);
});

test("the text format is what a Prometheus reads", async () => {
  const odd = [{ labels: { a: 'x"\\\ny' }, value: 1.5 }];
  const families = [
    { name: "m", type: "gauge", help: "One\nhelp \\ text.", samples: odd },
    { name: "n", type: "counter", help: "None.", samples: [] },
  ] as const;
  expect(renderMetrics(families)).toBe('# HELP m One\\nhelp \\\\ text.\n# TYPE m gauge\nm{a="x\\"\\\\\\ny"} 1.5\n');
  for (const { name, type, samples } of metricsOf(await observed())) {
    expect(name).toMatch(type === "counter" ? /^tapio_[a-z_]+_total$/ : /^tapio_[a-z_]+(?<!_total)$/);
    const known = new Set(samples.map(({ labels }) => JSON.stringify(labels)));
    expect(known.size, name).toBe(samples.length);
  }
});

test("docs/metrics.md has every metric with its type, labels and meaning, and no other", async () => {
  const text = await readFile("docs/metrics.md", "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| `tapio_"));
  const wanted = metricsOf(await observed()).map(({ name, type, help, samples }) => {
    const labels = Object.keys(samples[0]?.labels ?? {}).map((label) => `\`${label}\``);
    return `| \`${name}\` | ${type} | ${labels.join(", ")}${labels.length === 0 ? "" : " "}| ${help} |`;
  });
  expect(rows).toEqual(wanted);
});
