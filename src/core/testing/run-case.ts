import type { RuleTestCase } from "../language/rule-test-file.ts";
import type { Span } from "../language/source-text.ts";
import { DEFAULT_LIMITS } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { EpochMs } from "../model/time.ts";
import { type Arrival, type CaseDecoder, type CaseLog, type FixtureEntry, logOfCase } from "./case-log.ts";
import { checkRuleNames, checkStories } from "./check-stories.ts";
import { type Problem, problem } from "./problem.ts";
import { compareOrders } from "./same-stories.ts";
import { seededRandom, shuffled } from "./shuffle.ts";
import { type Told, tell } from "./tell.ts";

/** What running one case showed; it passed where there is no problem. */
export interface CaseResult {
  readonly name: string;
  /** Where the case's name stands. */
  readonly span: Span;
  readonly problems: readonly Problem[];
  /** Orders of arrival tried, the order of time among them. */
  readonly orders: number;
  /** What the case asks for and was not done, and why: sentences for people. */
  readonly notes: readonly string[];
}

/** What a case needs besides itself. */
export interface CaseSurroundings {
  readonly rules: RuleSet;
  /** Makes a decoder that has learned nothing yet. */
  readonly newDecoder: () => CaseDecoder;
  /** What the case's fixture holds; `undefined` where there is none. */
  readonly fixture: readonly FixtureEntry[] | undefined;
}

/**
 * Runs one case on the engine: its events in order of time, then in shuffled orders of arrival,
 * which must tell the same stories. Never throws; what breaks the engine is a problem of the case.
 */
export async function runCase(one: RuleTestCase, surroundings: CaseSurroundings): Promise<CaseResult> {
  const { name, span } = one;
  const notes: string[] = [];
  try {
    const log = logOfCase(one, surroundings.fixture, surroundings.newDecoder());
    const problems = [...log.problems, ...problemsOfForm(one, surroundings.rules)];
    if (0 < problems.length) return { name, span, problems, orders: 0, notes };
    if (one.probes === "auto") notes.push("`probes: auto` is not run yet");
    return { name, span, notes, ...(await runOrders(one, log, surroundings.rules, notes)) };
  } catch (cause) {
    const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    return { name, span, problems: [problem(span, `the case broke the engine: ${why}`)], orders: 0, notes };
  }
}

function problemsOfForm(one: RuleTestCase, rules: RuleSet): Problem[] {
  const expectations = [...(one.expect === undefined ? [] : [one.expect]), ...one.moments];
  return expectations.flatMap((expectation) => [
    ...checkRuleNames(expectation, rules),
    ...expectation.why.map(({ span }) => problem(span, "`why` is not checked yet, so it proves nothing; leave it out")),
  ]);
}

async function runOrders(
  one: RuleTestCase,
  log: CaseLog,
  rules: RuleSet,
  notes: string[],
): Promise<Pick<CaseResult, "problems" | "orders">> {
  const { arrivals } = log;
  const moments = one.moments.toSorted((a, b) => a.atMs - b.atMs);
  const inTime = await tell({ rules, limits: one.limits, arrivals, moments: moments.map(({ atMs }) => atMs) });
  const problems = moments.flatMap((moment, at) =>
    checkStories(moment, inTime.atMoments[at] ?? [], { shuffled: false }),
  );
  if (one.expect !== undefined) problems.push(...checkStories(one.expect, inTime.stories, { shuffled: false }));
  if (0 < problems.length) return { problems, orders: 1 };

  const impossible = whyNotShuffled(one, log);
  if (impossible !== undefined && 0 < one.shuffle) notes.push(`arrival is not shuffled: ${impossible}`);
  const orders = impossible === undefined && 1 < arrivals.length ? one.shuffle : 0;
  const random = seededRandom(one.name);
  const lastMs = arrivals.at(-1)?.logTimeMs ?? 0;
  for (let order = 1; order <= orders; order++) {
    const found = await runShuffled(one, { rules, inTime, arrivals: shuffled(arrivals, random), lastMs });
    if (0 < found.length) return { problems: found, orders: order + 1 };
  }
  return { problems, orders: orders + 1 };
}

/**
 * Everything arrives at once and late, when the last event of the case has happened: that is as much
 * disorder as a window allows, and no window closes in between.
 */
async function runShuffled(
  one: RuleTestCase,
  run: {
    readonly rules: RuleSet;
    readonly inTime: Told;
    readonly arrivals: readonly Arrival[];
    readonly lastMs: EpochMs;
  },
): Promise<Problem[]> {
  const arrivals = run.arrivals.map(({ event }) => ({ event, logTimeMs: run.lastMs }));
  const { stories } = await tell({ rules: run.rules, limits: one.limits, arrivals, moments: [] });
  const found = one.expect === undefined ? [] : checkStories(one.expect, stories, { shuffled: true });
  const problems = 0 < found.length ? found : compareOrders(run.inTime.stories, stories, one.span);
  const arrival = arrivals.map(({ event }) => event.id);
  return problems.map((each) => ({ ...each, arrival }));
}

function whyNotShuffled(one: RuleTestCase, { spanMs }: CaseLog): string | undefined {
  if (one.events.some(({ arrivesMs }) => arrivesMs !== undefined)) return "the case says when its events arrive";
  const windowMs = one.limits.correlationWindowMs ?? DEFAULT_LIMITS.correlationWindowMs;
  return windowMs < spanMs ? "the case is longer than its correlation window" : undefined;
}
