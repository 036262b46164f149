import fc from "fast-check";
import type { EngineLimits } from "../../src/core/model/limits.ts";
import { DEFAULT_LIMITS } from "../../src/core/model/limits.ts";
import type { Rule } from "../../src/core/model/rule.ts";
import type { Entry } from "../oracle/words.ts";
import { arbitraryPack, type PackShape } from "./packs.ts";
import { arbitraryLog, type LogShape } from "./vocabulary.ts";

/** One random case: rules, a log, and the bounds under which it is read. */
export interface Case {
  readonly rules: readonly Rule[];
  readonly log: readonly Entry[];
  readonly limits: EngineLimits;
}

const YEAR_MS = 365 * 86_400_000;

/** Stories neither resolve nor are forgotten while a case runs. */
const limits = (more: Partial<EngineLimits>): EngineLimits => ({
  ...DEFAULT_LIMITS,
  resolveAfterMs: YEAR_MS,
  reopenWithinMs: YEAR_MS,
  ...more,
});

const ONE_WINDOW = { correlationWindowMs: 100_000, maxWindowMs: 1_000_000 };
const MANY_WINDOWS = { correlationWindowMs: 8_000, maxWindowMs: 14_000 };
const ANY_UNKNOWN = ["hold", "tell", "drop"] as const;

function cases(pack: PackShape, log: LogShape, bounds: Partial<EngineLimits>): fc.Arbitrary<Case> {
  return fc.record({
    rules: arbitraryPack(pack),
    log: arbitraryLog(log),
    limits: fc.constantFrom(64, 64, 3).map((candidatesMax) => limits({ ...bounds, candidatesMax })),
  });
}

/** Each rule by itself, within one window: matching, in every construct. */
export const matching: fc.Arbitrary<Case> = cases(
  {
    rulesMax: 2,
    joins: 5,
    absences: 4,
    unkeyed: true,
    standalone: "all",
    stories: false,
    offsetMax: 20,
    onUnknown: ANY_UNKNOWN,
  },
  { eventsMax: 10, halfSecondsMax: 20, delaysS: [0, 0, 1, 4] },
  ONE_WINDOW,
);

/** Each rule by itself, over windows that close by quiet and by age. */
export const windows: fc.Arbitrary<Case> = cases(
  {
    rulesMax: 2,
    joins: 4,
    absences: 4,
    unkeyed: true,
    standalone: "all",
    stories: false,
    offsetMax: 8,
    onUnknown: ["hold"],
  },
  { eventsMax: 12, halfSecondsMax: 90, delaysS: [0, 0, 0, 2] },
  MANY_WINDOWS,
);

/** Rules that compete, and rules over their stories, within one window. */
export const competing: fc.Arbitrary<Case> = cases(
  {
    rulesMax: 3,
    joins: 3,
    absences: 3,
    unkeyed: true,
    standalone: "some",
    stories: true,
    offsetMax: 12,
    onUnknown: ANY_UNKNOWN,
  },
  { eventsMax: 8, halfSecondsMax: 24, delaysS: [0, 0, 1, 4] },
  ONE_WINDOW,
);

/** Rules that compete over windows, with events that come after theirs has closed. */
export const late: fc.Arbitrary<Case> = cases(
  {
    rulesMax: 2,
    joins: 0,
    absences: 8,
    unkeyed: false,
    standalone: "some",
    stories: false,
    offsetMax: 8,
    onUnknown: ["hold"],
  },
  { eventsMax: 9, halfSecondsMax: 60, delaysS: [0, 0, 0, 0, 0, 12] },
  MANY_WINDOWS,
);

/** All of it at once, over windows that close; more than the oracle can tell the meaning of. */
export const everything: fc.Arbitrary<Case> = cases(
  {
    rulesMax: 3,
    joins: 4,
    absences: 5,
    unkeyed: true,
    standalone: "some",
    stories: true,
    offsetMax: 8,
    onUnknown: ANY_UNKNOWN,
  },
  { eventsMax: 12, halfSecondsMax: 70, delaysS: [0, 0, 0, 1, 12] },
  MANY_WINDOWS,
);
