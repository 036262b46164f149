import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Decoder } from "../../src/core/intake/decoder.ts";

/** Payloads of other clusters and tools, beside the checkout: read, never copied. */
const SAMPLES = fileURLToPath(new URL("../../../shared/samples/", import.meta.url));
const KNOWN = /^O(0[1-5]|15)-/;

function outcomes(file: string): Record<string, number> {
  const decoder = new Decoder();
  const counts: Record<string, number> = {};
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const decoded = decoder.decodeText(line);
    const key = decoded.outcome === "rejected" ? `rejected: ${decoded.reason}` : decoded.outcome;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

describe.skipIf(!existsSync(SAMPLES))(
  "payloads recorded elsewhere (skipped: no ../shared/samples beside the checkout)",
  () => {
    const recorded = existsSync(SAMPLES)
      ? readdirSync(join(SAMPLES, "recorded")).filter((name) => KNOWN.test(name))
      : [];
    test.for(recorded)("%s: every line gives events, or is an Event that expired", (name) => {
      const { events = 0, filtered = 0, ...others } = outcomes(join(SAMPLES, "recorded", name, "events.ndjson"));
      expect(others).toEqual({});
      expect(events).toBeGreaterThan(0);
      if (!name.startsWith("O04")) expect(filtered).toBe(0);
    });

    const cluster = existsSync(SAMPLES)
      ? readdirSync(join(SAMPLES, "cluster")).filter((name) => /^[rs]-.*\.ndjson$/.test(name))
      : [];
    test.for(cluster)("%s: nothing is rejected", (name) => {
      const counts = outcomes(join(SAMPLES, "cluster", name));
      expect(Object.keys(counts).filter((outcome) => outcome.startsWith("rejected"))).toEqual([]);
    });
  },
);
