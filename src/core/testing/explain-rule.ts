import type { CompiledRule } from "../engine/compiled-rule.ts";
import { asGiven } from "../model/aside.ts";
import type { Story } from "../model/story.ts";
import { formatTime } from "../model/time.ts";
import { AllEvents } from "./all-events.ts";
import { ruleKeyOf } from "./compare-story.ts";
import { type Attempt, attempt } from "./explain-window.ts";
import type { Explanation, Failure, HalfMatch, ReachedStep, Scope } from "./explanation.ts";
import { whyMissing } from "./missing-step.ts";
import type { SeenWindow, WindowLog } from "./window-log.ts";

/** What there is to explain with. */
export interface Evidence {
  readonly log: WindowLog;
  /** The last revision of each story that was told, retracted ones too. */
  readonly stories: readonly Story[];
}

/** Which windows to look into. */
export interface WindowSearch {
  /** Those that hold something of this trace. */
  readonly trace?: string | undefined;
  /** Asked now and then whether to go on; the latest windows come first then. */
  readonly goOn?: (() => Promise<boolean>) | undefined;
}

const HALF_MATCHED_MAX = 10;
const ELSEWHERE_MAX = 10;
/** Windows between two questions whether to go on. */
const ASK_EVERY = 64;

/**
 * Says how far a rule came, and what it failed at: in the window in which it came furthest, or of
 * one trace. Where several reasons would do, the assignment that binds the most required steps, in
 * file order, decides.
 */
export async function explainRule(
  rule: CompiledRule,
  evidence: Evidence,
  search: WindowSearch = {},
): Promise<Explanation> {
  const { trace } = search;
  const { log, stories } = evidence;
  const { key } = rule.rule;
  const standing = stories.filter((story) => ruleKeyOf(story) === key && story.status !== "retracted");
  const told = standing.filter((story) => trace === undefined || isOf(story, trace, log));
  const events = new AllEvents(() => log.events(key));
  const attempts = await attemptsOf(rule, log, { ...search, events });
  attempts.sort(byReach);
  const best = attempts[0];
  const ids = told.map(({ id }) => id);
  const elsewhere = 0 < told.length ? [] : standing.slice(0, ELSEWHERE_MAX).map(({ id }) => id);
  const head = { rule: key, told: ids, ...(elsewhere.length === 0 ? {} : { toldElsewhere: elsewhere }) };
  const halfMatched = attempts
    .slice(1)
    .flatMap((each) => halfMatch(rule, each))
    .slice(0, HALF_MATCHED_MAX);
  if (best === undefined) {
    const failed = trace === undefined ? whyNowhere(rule, events) : whyNotInTrace(rule, log, trace);
    return { ...head, scope: undefined, reached: [], failed, halfMatched };
  }
  const failed = failureOf(best, told, evidence);
  return { ...head, scope: scopeOf(best.seen), reached: reachedOf(rule, best), failed, halfMatched };
}

/** Why no window holds anything that a rule requires. */
function whyNowhere(rule: CompiledRule, events: AllEvents, trace?: string): Failure | undefined {
  const required = rule.steps.filter(({ step }) => !step.optional);
  const [first] = required;
  if (first === undefined) return undefined;
  // An event that joins nothing says more than one that is not there.
  const step = required.find((each) => events.fitting(each) !== undefined) ?? first;
  return whyMissing(step, { rule, window: undefined, events, ...(trace === undefined ? {} : { trace }) });
}

/** The same of one trace, whatever others hold. */
function whyNotInTrace(rule: CompiledRule, log: WindowLog, trace: string): Failure | undefined {
  const own = [...log.events(rule.rule.key)].filter(({ traceId }) => asGiven(traceId) === trace);
  if (own.length === 0) return { because: "no-event", detail: `there is no event of trace ${trace} at all` };
  return whyNowhere(rule, new AllEvents(() => own), trace);
}

/** What came of a rule in each window that could hold it. */
export async function attemptsOf(
  rule: CompiledRule,
  log: WindowLog,
  options: WindowSearch & { readonly events?: AllEvents } = {},
): Promise<Attempt[]> {
  const { trace, goOn, events = new AllEvents(() => log.events(rule.rule.key)) } = options;
  const windows = windowsOf(rule, log, trace);
  const attempts: Attempt[] = [];
  for (const seen of goOn === undefined ? windows : windows.toReversed()) {
    attempts.push(await attempt(rule, seen, events));
    if (goOn !== undefined && attempts.length % ASK_EVERY === 0 && !(await goOn())) break;
  }
  return goOn === undefined ? attempts : attempts.reverse();
}

/** Whether a story is told of events of a trace. */
function isOf({ timeline }: Story, trace: string, log: WindowLog): boolean {
  return timeline.some(({ event }) => isIn(log, asGiven(trace), event));
}

function isIn(log: WindowLog, trace: string, eventId: string): boolean {
  return log.traces.some(({ window }) => asGiven(window.key) === trace && window.find(eventId) !== undefined);
}

/** The windows that could hold the rule: those with an event of a type that it requires. */
function windowsOf(rule: CompiledRule, log: WindowLog, trace: string | undefined): SeenWindow[] {
  const windows = rule.joins.length === 0 ? log.traces : log.groupsOf(rule.rule.key);
  const required = rule.steps.filter(({ step }) => !step.optional);
  return windows.filter(({ window }) => {
    if (trace !== undefined && !window.events.some(({ traceId }) => asGiven(traceId) === trace)) return false;
    return (
      window.joinRule !== undefined || window.events.some(({ type }) => required.some((step) => step.matchesType(type)))
    );
  });
}

/** The furthest first; of equals the one that came closest, then the one that binds the earlier steps. */
function byReach(a: Attempt, b: Attempt): number {
  const earliest = ({ anchors }: Attempt): number => anchors.findIndex((anchor) => anchor !== undefined);
  return (
    b.reach - a.reach ||
    distance(a.failed) - distance(b.failed) ||
    (a.failed?.byMs ?? 0) - (b.failed?.byMs ?? 0) ||
    earliest(a) - earliest(b) ||
    a.seen.window.openedPosition - b.seen.window.openedPosition
  );
}

/** From a fitting event in the wrong place to nothing at all. */
function distance(failed: Failure | undefined): number {
  if (failed === undefined || failed.byMs !== undefined) return 0;
  if (failed.because === "field") return 1;
  return failed.because === "no-event" ? 3 : 2;
}

function failureOf(best: Attempt, told: readonly Story[], { log, stories }: Evidence): Failure | undefined {
  const { match, failed } = best;
  if (match === undefined || failed !== undefined) return 0 < told.length ? undefined : failed;
  const { rule } = match.rule;
  if (rule.mode === "shadow") return { because: "shadow", detail: "it is in shadow mode: reported, never notified" };
  if (0 < told.length) return undefined;
  const settling = whyNotYet(best);
  if (settling !== undefined) return settling;
  for (const story of stories) {
    if (story.status === "retracted") continue;
    const lost = [...story.superseded, ...story.alsoMatched].find((other) => other.rule === rule.key);
    if (lost === undefined || !match.traces.some((trace) => isOf(story, trace, log))) continue;
    return { because: "superseded", detail: `it holds, and ${ruleKeyOf(story)} tells the story: ${lost.because}` };
  }
  return { because: "superseded", detail: "it holds, and another rule tells the story" };
}

/** That a rule which holds in an open window waits for a better one. */
function whyNotYet({ match, seen }: Attempt): Failure | undefined {
  const { window } = seen;
  const { key = "", settleMs = 0 } = match?.rule.rule ?? {};
  const sinceMs = window.heldSinceMs.get(key);
  if (window.closedBy !== undefined || sinceMs === undefined || sinceMs + settleMs <= seen.context().nowMs)
    return undefined;
  const [since, until] = [formatTime(sinceMs), formatTime(sinceMs + settleMs)];
  return { because: "undecided", detail: `it holds since ${since}, and settles until ${until} before it is told` };
}

function reachedOf(rule: CompiledRule, { anchors, match }: Attempt): ReachedStep[] {
  return rule.steps.flatMap(({ step, index }) => {
    const anchor = anchors[index];
    const events = match?.bound[index]?.events ?? (anchor === undefined ? [] : [anchor]);
    return events.length === 0 ? [] : [{ step: step.as, events: events.map(({ id }) => id) }];
  });
}

function halfMatch(rule: CompiledRule, each: Attempt): HalfMatch[] {
  const reached = reachedOf(rule, each);
  return each.failed === undefined || reached.length === 0
    ? []
    : [{ scope: scopeOf(each.seen), reached, failed: each.failed }];
}

/** A window, for its readers. */
export function scopeOf({ window }: SeenWindow): Scope {
  const [start, end] = 0 < window.events.length ? [window.firstEventMs, window.lastEventMs] : [0, 0];
  return {
    group: Object.fromEntries(Object.entries(window.group).map(([name, key]) => [name, asGiven(key)])),
    start: formatTime(start),
    end: formatTime(end),
    ...(window.closedBy === undefined ? {} : { closedBy: window.closedBy }),
  };
}
