import { expect, test } from "vitest";
import { Features } from "./features.ts";
import { CASES, holds, type Property } from "./properties.ts";

/** The same cases in every run, unless TAPIO_SEED says otherwise. */
const SEED = Number(process.env["TAPIO_SEED"] ?? 20_260_301);
/** How many cases all property tests run together. */
const SCALE = Number(process.env["TAPIO_CASES"] ?? CASES) / CASES;
const TIMEOUT_MS = 300_000;

/**
 * One test for each property, and one that fails where a feature occurred in fewer cases than its
 * floor: a property says nothing about what its cases never show.
 */
export function testProperties(properties: readonly Property[], floors: Readonly<Record<string, number>> = {}): void {
  const features = new Features();
  for (const property of properties) {
    const cases = Math.ceil(property.cases * SCALE);
    test(`${property.name} (${cases} cases)`, { timeout: TIMEOUT_MS }, () => holds(property, cases, SEED, features));
  }
  if (Object.keys(floors).length === 0) return;
  test("every feature occurred", () => {
    const rare = Object.entries(floors).filter(
      ([feature, floor]) => (features.counts.get(feature) ?? 0) < Math.floor(floor * SCALE),
    );
    expect(rare, features.table()).toEqual([]);
  });
}
