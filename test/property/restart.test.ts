import type { EngineLimits } from "../../src/core/model/limits.ts";
import { competing, everything, late, matching, windows } from "./profiles.ts";
import type { Property } from "./properties.ts";
import { testProperties } from "./property-run.ts";
import { restartMeansNothing } from "./restart.ts";

/** Stories that resolve, reopen and are forgotten within the few seconds of a case. */
const SHORT = { resolveAfterMs: 6_000, reopenWithinMs: 9_000 };

/** Bounds that are reached within a case; none in most. */
const TIGHT: readonly Partial<EngineLimits>[] = [
  { windowEventsMax: 3 },
  { windowEventsMax: 2 },
  { openWindowsMax: 2 },
  { minEvents: 2, searchStepsMax: 3 },
];

const PROFILES = { matching, windows, competing, late, everything };

const properties: Property[] = Object.entries(PROFILES).map(([name, profile]) => ({
  name: `a restart means nothing: ${name}`,
  profile,
  cases: 600,
  async check({ given, dice }, features) {
    if (given.log.length === 0) return;
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = dice;
    const { windowEventsMax } = given.limits;
    // Which events a group keeps beyond its bound hangs on when it got those of stories, which is not remembered.
    const whole = name === "competing" || name === "everything" ? { windowEventsMax } : {};
    const limits = { ...given.limits, ...(third % 2 === 0 ? {} : SHORT), ...TIGHT[fifth], ...whole };
    const cut = { behind: first * 10 + second, every: 1 + (fourth % 4), quiet: (third % 5) / 4 };
    await restartMeansNothing({ ...given, limits }, cut, features);
  },
}));

testProperties(properties, {
  "restart with open windows": 800,
  "restart with open groups": 200,
  "restart with stories": 300,
  "restart from several pieces": 150,
  "restart without outdated pieces": 100,
  "restart after something told in the quiet": 50,
});
