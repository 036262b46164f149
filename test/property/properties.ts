import fc from "fast-check";
import type { Features } from "./features.ts";
import {
  arrivalMeansNothing,
  batchesChangeNothing,
  daysMeanNothing,
  duplicatesChangeNothing,
  idsOfEventsMeanNothing,
  namesOfTracesMeanNothing,
  unrelatedTracesChangeNothing,
  type Variation,
} from "./metamorphic.ts";
import { neverTellsEarly } from "./never-early.ts";
import { engineAgreesWithOracle } from "./oracle-property.ts";
import { type Case, competing, late, matching, windows } from "./profiles.ts";
import { showCase } from "./show-case.ts";

/** Something that holds for every case of a profile. */
export interface Property {
  readonly name: string;
  readonly profile: fc.Arbitrary<Case>;
  /** Cases that `npm test` runs. */
  readonly cases: number;
  check(variation: Variation, features: Features): Promise<void>;
}

const PROFILES = { matching, windows, competing, late };
type ProfileName = keyof typeof PROFILES;

function property(what: string, profile: ProfileName, cases: number, check: Property["check"]): Property {
  return { name: `${what}: ${profile}`, profile: PROFILES[profile], cases, check };
}

const agrees: Property["check"] = ({ given }, features) => engineAgreesWithOracle(given, features);
const notEarly: Property["check"] = ({ given }, features) => neverTellsEarly(given, features);

/** The engine against the oracle. */
export const ORACLE: Readonly<Record<ProfileName, Property>> = {
  matching: property("the engine agrees with the oracle", "matching", 8_000, agrees),
  windows: property("the engine agrees with the oracle", "windows", 5_000, agrees),
  competing: property("the engine agrees with the oracle", "competing", 5_000, agrees),
  late: property("the engine agrees with the oracle", "late", 6_000, agrees),
};

/** The engine against itself, and against what the log has shown so far. */
export const METAMORPHIC: readonly Property[] = [
  ...(["matching", "windows", "competing", "late"] as const).flatMap((profile) => [
    property("duplicates change nothing", profile, 200, duplicatesChangeNothing),
    property("batches change nothing", profile, 200, batchesChangeNothing),
    property("unrelated traces change nothing", profile, 200, unrelatedTracesChangeNothing),
    property("names of traces mean nothing", profile, 150, namesOfTracesMeanNothing),
    property("ids of events mean nothing", profile, 150, idsOfEventsMeanNothing),
    property("days mean nothing", profile, 150, daysMeanNothing),
  ]),
  property("arrival means nothing", "matching", 500, arrivalMeansNothing),
  property("arrival means nothing", "competing", 500, arrivalMeansNothing),
  property("nothing is told early", "matching", 1_200, notEarly),
  property("nothing is told early", "windows", 600, notEarly),
];

/** All of them, for `npm run simulate`. */
export const PROPERTIES: readonly Property[] = [...Object.values(ORACLE), ...METAMORPHIC];

/** Cases of all properties together, as `npm test` runs them. */
export const CASES: number = PROPERTIES.reduce((sum, { cases }) => sum + cases, 0);

/** Runs a property; throws with the seed and the shrunk case where it doesn't hold. */
export async function holds(tried: Property, cases: number, seed: number, features: Features): Promise<void> {
  const dice = fc.array(fc.nat(9), { minLength: 12, maxLength: 12 });
  const run = fc.asyncProperty(fc.record({ given: tried.profile, dice }), async (variation) => {
    features.nextCase();
    await tried.check(variation, features);
  });
  const result = await fc.check(run, { numRuns: cases, seed });
  if (!result.failed) return;
  const [found] = result.counterexample ?? [];
  const shown = found === undefined ? "" : `${showCase(found.given)}\nconst dice = [${found.dice.join(", ")}];`;
  const why = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  throw new Error(`${tried.name} (TAPIO_SEED=${seed}, case ${result.numRuns} of ${cases})\n${shown}\n${why}`);
}
