import fc from "fast-check";
import { expect, test } from "vitest";
import { Features } from "./features.ts";
import { ownerLogs, ownersAreKept } from "./restart-owners.ts";

const SEED = Number(process.env["TAPIO_SEED"] ?? 20_260_301);
const CASES = 400;

test(`a restart forgets no owner (${CASES} cases)`, { timeout: 120_000 }, async () => {
  const features = new Features();
  const run = fc.asyncProperty(ownerLogs, fc.nat(), async (log, pick) => {
    features.nextCase();
    await ownersAreKept(log, pick, features);
  });
  await fc.assert(run, { numRuns: CASES, seed: SEED });
  // Cases in which it would show, were nothing kept.
  expect(features.counts.get("owner not told again") ?? 0, features.table()).toBeGreaterThan(CASES / 10);
  expect(features.counts.get("stories known before") ?? 0, features.table()).toBeGreaterThan(CASES / 4);
  expect(features.counts.get("part of the log read again") ?? 0, features.table()).toBeGreaterThan(CASES / 4);
});
