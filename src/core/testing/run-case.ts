import type { RuleTestCase } from "../language/rule-test-file.ts";
import type { Span } from "../language/source-text.ts";
import { DEFAULT_LIMITS } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { Story } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import { type Arrival, type CaseDecoder, type CaseLog, type FixtureEntry, logOfCase } from "./case-log.ts";
import { checkNames, checkStories } from "./check-stories.ts";
import { checkWhy, withReasons } from "./check-why.ts";
import type { Probe } from "./probe.ts";
import { compareProbes, type ProbedCase, probedCase, probeOutcomes } from "./probe-outcomes.ts";
import { probesOf } from "./probes.ts";
import { type Problem, problem } from "./problem.ts";
import { sameStoriesAs } from "./same-stories.ts";
import { distinctOrders, seededRandom } from "./shuffle.ts";
import { type Told, tell } from "./tell.ts";

/** What running one case showed; it passed where there is no problem. */
export interface CaseResult {
  readonly name: string;
  /** Where the case's name stands. */
  readonly span: Span;
  readonly problems: readonly Problem[];
  /** Orders of arrival tried, the order of time among them. */
  readonly orders: number;
  /** Probes tried. */
  readonly probes: number;
  /** What they told; `undefined` where the case failed before. */
  readonly probed?: ProbedCase;
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
  /** What its probes told when somebody looked at them; `undefined` where they are not frozen. */
  readonly frozen?: ProbedCase | undefined;
  /** Takes the decoded case, to be run again in other ways. */
  readonly keep?: ((ready: ReadyCase) => void) | undefined;
}

/** A case with its events decoded: it can be run against many rules. */
export interface ReadyCase {
  readonly one: RuleTestCase;
  readonly log: CaseLog;
}

/**
 * Runs one case on the engine: its events in order of time, then in shuffled orders of arrival,
 * which must tell the same stories, then its probes, which must not. Never throws; what breaks the
 * engine is a problem of the case.
 */
export async function runCase(one: RuleTestCase, surroundings: CaseSurroundings): Promise<CaseResult> {
  try {
    const ready = { one, log: logOfCase(one, surroundings.fixture, surroundings.newDecoder()) };
    surroundings.keep?.(ready);
    return await runReadyCase(ready, surroundings);
  } catch (cause) {
    return broken(one, cause);
  }
}

async function runReadyCase(ready: ReadyCase, { rules, frozen }: CaseSurroundings): Promise<CaseResult> {
  const { one } = ready;
  const { name, span } = one;
  const nothing = { name, span, orders: 0, probes: 0, notes: [] };
  const problems = [...ready.log.problems, ...problemsOfForm(one, rules)];
  if (0 < problems.length) return { ...nothing, problems };
  const inTime = await runInTime(ready, rules);
  if (0 < inTime.problems.length) {
    const run = { rules, limits: one.limits, arrivals: ready.log.arrivals };
    let found = await withReasons(inTime.problems, one.expect, { ...run, momentMs: undefined });
    for (const moment of one.moments) found = await withReasons(found, moment, { ...run, momentMs: moment.atMs });
    return { ...nothing, problems: found, orders: 1 };
  }
  const inOrders = await runOrders(ready, rules, inTime.told);
  if (0 < inOrders.problems.length) return { ...nothing, ...inOrders };
  const probes = one.probes === "none" ? [] : probesOfCase(ready, rules, inTime.told.stories);
  const outcomes = await probeOutcomes(probes, one, rules);
  const probed = probedCase(outcomes);
  const same = outcomes.filter(({ isSame }) => isSame).map(({ probe }) => probeProblem(probe, span));
  const changed = frozen === undefined ? [] : compareProbes(frozen, probed, span);
  return { ...nothing, ...inOrders, problems: [...same, ...changed], probes: probes.length, probed };
}

function broken({ name, span }: RuleTestCase, cause: unknown): CaseResult {
  const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return {
    name,
    span,
    problems: [problem(span, `the case broke the engine: ${why}`)],
    orders: 0,
    probes: 0,
    notes: [],
  };
}

function problemsOfForm(one: RuleTestCase, rules: RuleSet): Problem[] {
  const expectations = [...(one.expect === undefined ? [] : [one.expect]), ...one.moments];
  return expectations.flatMap((expectation) => checkNames(expectation, rules));
}

/** Runs a case in order of time, and compares all that it expects. */
export async function runInTime(
  { one, log }: ReadyCase,
  rules: RuleSet,
): Promise<{ readonly told: Told; readonly problems: readonly Problem[] }> {
  const { arrivals } = log;
  const { limits } = one;
  const moments = one.moments.toSorted((a, b) => a.atMs - b.atMs);
  const told = await tell({ rules, limits, arrivals, moments: moments.map(({ atMs }) => atMs) });
  const problems = moments.flatMap((moment, at) => checkStories(moment, told.atMoments[at] ?? [], { shuffled: false }));
  for (const moment of moments) {
    problems.push(...(await checkWhy(moment, { rules, limits, arrivals, momentMs: moment.atMs })));
  }
  if (one.expect !== undefined) {
    problems.push(...checkStories(one.expect, told.stories, { shuffled: false }));
    problems.push(...(await checkWhy(one.expect, { rules, limits, arrivals, momentMs: undefined })));
  }
  return { told, problems };
}

async function runOrders(
  { one, log }: ReadyCase,
  rules: RuleSet,
  inTime: Told,
): Promise<Pick<CaseResult, "problems" | "orders" | "notes">> {
  const { arrivals } = log;
  const impossible = whyNotShuffled(one, log);
  const notes = impossible !== undefined && 0 < one.shuffle ? [`arrival is not shuffled: ${impossible}`] : [];
  const shuffles = impossible === undefined && 1 < arrivals.length && 0 < one.shuffle;
  const orders = shuffles ? distinctOrders(arrivals, one.shuffle, seededRandom(one.name)) : [];
  const isSame = sameStoriesAs(inTime.stories, one.span);
  for (const [at, order] of orders.entries()) {
    const found = await runShuffled(one, { rules, isSame, arrivals: atOnce(order) });
    if (0 < found.length) return { problems: found, orders: at + 2, notes };
  }
  return { problems: [], orders: orders.length + 1, notes };
}

async function runShuffled(
  one: RuleTestCase,
  run: {
    readonly rules: RuleSet;
    readonly isSame: ReturnType<typeof sameStoriesAs>;
    readonly arrivals: readonly Arrival[];
  },
): Promise<Problem[]> {
  const { arrivals } = run;
  const { stories } = await tell({ rules: run.rules, limits: one.limits, arrivals, moments: [] });
  const found = one.expect === undefined ? [] : checkStories(one.expect, stories, { shuffled: true });
  const problems = 0 < found.length ? found : run.isSame(stories);
  const arrival = arrivals.map(({ event }) => event.id);
  return problems.map((each) => ({ ...each, arrival }));
}

/**
 * Everything arrives at once and late, when the last event of the case has happened: that is as much
 * disorder as a window allows, and no window closes in between.
 */
function atOnce(arrivals: readonly Arrival[]): Arrival[] {
  let lastMs: EpochMs = Number.NEGATIVE_INFINITY;
  for (const { logTimeMs } of arrivals) lastMs = Math.max(lastMs, logTimeMs);
  return arrivals.map(({ event }) => ({ event, logTimeMs: lastMs }));
}

function whyNotShuffled(one: RuleTestCase, { spanMs }: CaseLog): string | undefined {
  if (one.events.some(({ arrivesMs }) => arrivesMs !== undefined)) return "the case says when its events arrive";
  const windowMs = one.limits.correlationWindowMs ?? DEFAULT_LIMITS.correlationWindowMs;
  return windowMs < spanMs ? "the case is longer than its correlation window" : undefined;
}

/** The probes of a case that told these stories; their windows stay open where the case allows that. */
export function probesOfCase({ one, log }: ReadyCase, rules: RuleSet, told: readonly Story[]): Probe[] {
  const standing = told.filter(({ status }) => status !== "retracted");
  const probes = probesOf(standing, rules, log.arrivals);
  if (whyNotShuffled(one, log) !== undefined) return probes;
  return probes.map((probe) => ({ ...probe, arrivals: atOnce(probe.arrivals) }));
}

function probeProblem({ what, rule }: Probe, span: Span): Problem {
  return problem(span, `${rule.rule.key} tells the same story in a probe: ${what}`);
}
