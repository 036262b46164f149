import type { RuleTestCase } from "../language/rule-test-file.ts";
import type { Span } from "../language/source-text.ts";
import type { RuleSet } from "../model/rule.ts";
import { ruleKeyOf } from "./compare-story.ts";
import { isSameStory, type Probe } from "./probe.ts";
import type { Difference, Problem } from "./problem.ts";
import { tell } from "./tell.ts";

/** What the engine told in a probe. */
export interface ProbeOutcome {
  readonly probe: Probe;
  /** The rules that told a story, or `nothing`. */
  readonly told: string;
  /** The story that the probe must not tell was among them. */
  readonly isSame: boolean;
}

/** The probes of one case, by rule and by what each changes, with what they told. */
export type ProbedCase = ReadonlyMap<string, ReadonlyMap<string, string>>;

const NOTHING = "nothing";
/** A longer name, as of a test for many words, is cut: another word at its end makes no other probe. */
const NAME_CHARS_MAX = 80;

/** Tries probes of a case. */
export async function probeOutcomes(
  probes: readonly Probe[],
  one: RuleTestCase,
  rules: RuleSet,
): Promise<ProbeOutcome[]> {
  const outcomes: ProbeOutcome[] = [];
  for (const probe of probes) {
    const { stories } = await tell({ rules, limits: one.limits, arrivals: probe.arrivals, moments: [] });
    const standing = stories.filter(({ status }) => status !== "retracted");
    const told = standing.map(ruleKeyOf).sort().join(", ") || NOTHING;
    outcomes.push({ probe, told, isSame: stories.some((story) => isSameStory(probe, story)) });
  }
  return outcomes;
}

/** The outcomes as they are frozen. Probes of one name, as of a rule with two stories in one case, are numbered. */
export function probedCase(outcomes: readonly ProbeOutcome[]): ProbedCase {
  const byRule = new Map<string, Map<string, string>>();
  for (const { probe, told } of outcomes) {
    const { key } = probe.rule.rule;
    const own = byRule.get(key) ?? new Map<string, string>();
    byRule.set(key, own);
    const { what } = probe;
    const short = what.length <= NAME_CHARS_MAX ? what : `${what.slice(0, NAME_CHARS_MAX)}…`;
    let name = short;
    for (let again = 2; own.has(name); again++) name = `${short} (${again})`;
    own.set(name, told);
  }
  return byRule;
}

/** Everything in which the probes of a case are not as they were when they were frozen. */
export function compareProbes(frozen: ProbedCase, now: ProbedCase, span: Span): Problem[] {
  const differences: Difference[] = [];
  for (const rule of new Set([...frozen.keys(), ...now.keys()])) {
    const [before, after] = [frozen.get(rule), now.get(rule)];
    for (const what of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
      const [expected, got] = [before?.get(what) ?? "not frozen", after?.get(what) ?? "no such probe"];
      if (expected !== got) differences.push({ path: `${rule}: ${what}`, expected, got });
    }
  }
  if (differences.length === 0) return [];
  const message = "probes are not as they were frozen; where that is meant, `tapio test --update` freezes them anew";
  return [{ span, message, differences }];
}
