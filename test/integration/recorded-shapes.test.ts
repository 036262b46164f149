import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Decoder } from "../../src/core/intake/decoder.ts";
import type { Event } from "../../src/core/model/event.ts";

/** Payloads of other clusters and tools, beside the checkout: read, never copied. */
const SAMPLES = fileURLToPath(new URL("../../../shared/samples/", import.meta.url));

/** Shapes of which every line tells nothing, on purpose: telemetry without an error. */
const SILENT = /^O13-/;

interface Read {
  readonly events: readonly Event[];
  /** How many payloads, or items of one, gave no event, by outcome and why. */
  readonly leftOut: Readonly<Record<string, number>>;
}

function read(file: string): Read {
  const decoder = new Decoder();
  const events: Event[] = [];
  const leftOut: Record<string, number> = {};
  const leave = (why: string): void => {
    leftOut[why] = (leftOut[why] ?? 0) + 1;
  };
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const decoded = decoder.decodeText(line);
    if (decoded.outcome === "events") {
      events.push(...decoded.events);
      for (const item of decoded.leftOut ?? []) leave(item.outcome);
    } else leave(decoded.outcome === "rejected" ? `rejected: ${decoded.reason}` : decoded.outcome);
  }
  return { events, leftOut };
}

interface Expected {
  readonly mustMention: readonly string[];
  readonly rootCauseKeywords: readonly string[];
}

function namesIn(folder: string, pattern: RegExp): readonly string[] {
  return existsSync(SAMPLES) ? readdirSync(join(SAMPLES, folder)).filter((name) => pattern.test(name)) : [];
}

describe.skipIf(!existsSync(SAMPLES))(
  "payloads recorded elsewhere (skipped: no ../shared/samples beside the checkout)",
  () => {
    test.for(namesIn("recorded", /^O\d\d-/))("%s: every line is known, and says what it is there for", (name) => {
      const folder = join(SAMPLES, "recorded", name);
      const { events, leftOut } = read(join(folder, "events.ndjson"));
      expect(Object.keys(leftOut).filter((outcome) => outcome !== "filtered")).toEqual([]);
      expect(events.length === 0).toBe(SILENT.test(name));
      const expected = JSON.parse(readFileSync(join(folder, "expect.json"), "utf8")) as Expected;
      const said = JSON.stringify(events);
      for (const word of [...expected.mustMention, ...expected.rootCauseKeywords])
        expect(said).toMatch(new RegExp(word, "i"));
    });

    test.for([
      ["O01-core-v1-events-aks-count", 7],
      ["O06-audit-k8s-io-mixed", 36],
      ["O07-audit-rbac-alice-bob", 5],
      ["O08-tetragon-golden-signals", 9],
      ["O09-hubble-flows", 1],
      ["O10-falco-alerts", 13],
      ["O11-alertmanager-webhook", 2],
      ["O12-cloudevents-knative-apiserversource", 1],
      ["O14-tapio-occurrence", 1],
    ] as const)("%s gives %i events", ([name, count]) => {
      expect(read(join(SAMPLES, "recorded", name, "events.ndjson")).events).toHaveLength(count);
    });

    const cluster = namesIn("cluster", /\.ndjson$/);
    test.for(cluster)("%s: nothing is rejected or unknown", (name) => {
      const { leftOut } = read(join(SAMPLES, "cluster", name));
      expect(Object.keys(leftOut).filter((outcome) => outcome !== "filtered")).toEqual([]);
    });

    test("no version of a quiet roll-out is told as a change that nobody made", () => {
      const { events } = read(join(SAMPLES, "cluster", "s-rollout.ndjson"));
      const changes = events.filter(({ type }) => type.startsWith("config.") && type.endsWith(".changed"));
      expect(changes.map(({ attributes }) => attributes?.["what"])).toEqual([
        expect.stringMatching(/^image app: \S+:1\.0 -> \S+:2\.0$/),
        "replicas: 3 -> 5",
        expect.stringMatching(/^image app: \S+:2\.0 -> \S+:1\.0$/),
      ]);
    });
  },
);
