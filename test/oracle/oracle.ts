import type { Event, RelatedEntity } from "../../src/core/model/event.ts";
import type { Moment, Rule } from "../../src/core/model/rule.ts";
import type { DurationMs, EpochMs } from "../../src/core/model/time.ts";
import { keysOf } from "./assignment.ts";
import { type Judgement, judge } from "./judge.ts";
import { globMatches, passes } from "./read.ts";
import { addOnce, type Gaps, type OpenSpan, Spans } from "./windows.ts";
import type { Entry, Match, View } from "./words.ts";

/** The bounds that the oracle knows about. */
export interface OracleLimits extends Gaps {
  readonly minEvents: number;
  readonly candidatesMax: number;
  readonly levelsMax: number;
}

/** What a rule came to in one window. */
export interface Ruling {
  readonly rule: Rule;
  readonly group: string;
  /** Which of its scope's windows it was. */
  readonly window: number;
  readonly span: OpenSpan;
  readonly judgement: Judgement;
}

/**
 * An independent evaluator of a finite log: reads it to its end (or up to where it stands), and only
 * then asks of each rule and each window whether the rule holds. Slow, and obviously right.
 */
export class Oracle {
  readonly #rules: readonly Rule[];
  readonly #limits: OracleLimits;
  readonly #note: (feature: string) => void;
  readonly #traces = new Map<string, Spans>();
  /** By rule, then by group key. */
  readonly #groups = new Map<Rule, Map<string, Spans>>();
  readonly #heard = new Map<string, EpochMs>();
  readonly #members = new Map<Event, Match>();
  /** Something happened of which the documents don't say what it means: nothing is expected then. */
  unclear = false;
  #nowMs: EpochMs = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(rules: readonly Rule[], limits: OracleLimits, note: (feature: string) => void = () => undefined) {
    this.#rules = inOrderOfStories(rules);
    this.#limits = limits;
    this.#note = note;
    for (const rule of rules) if (0 < rule.joins.length) this.#groups.set(rule, new Map());
  }

  /** Log time moves on. */
  advance(nowMs: EpochMs): void {
    this.#nowMs = nowMs;
    for (const spans of this.#allSpans()) spans.closeDue(nowMs);
  }

  /** Reads one entry of the log. */
  read(entry: Entry): void {
    const { event } = entry;
    this.advance(entry.logTimeMs);
    const spans = getOrAdd(this.#traces, event.traceId, () => new Spans(this.#limits));
    const late = spans.lateFor(entry);
    const revises = late !== undefined && (0 < late.late || this.#hasStory(event.traceId, late));
    this.#heard.set(event.source, Math.max(event.lastMs, this.#heard.get(event.source) ?? Number.NEGATIVE_INFINITY));
    const groups = [...this.#groups.keys()].flatMap((rule) => this.#groupsOf(rule, event));
    const known = [spans, ...groups].flatMap(({ all }) => all);
    if (this.#comesTooLate(entry, revises ? known.filter((span) => span !== late) : known)) this.unclear = true;
    if (this.#comesBehindGroup(event)) this.unclear = true;
    if (revises) {
      if (addOnce(late, event)) late.late++;
      return;
    }
    const held = spans.add(entry);
    if (held !== undefined) this.#join({ ...entry, event: held });
  }

  /** Brings an event, or what is newly known of it, to the join groups. */
  #join(entry: Entry): void {
    for (const [rule, groups] of this.#groups) {
      const joined = this.#groupsOf(rule, entry.event);
      for (const group of groups.values()) if (!joined.includes(group)) group.remove(entry.event);
      for (const group of joined) group.add(entry);
    }
  }

  /** Whether it belongs to one of these windows, or into an absence that was decided there, but goes to a newer one. */
  #comesTooLate({ event, logTimeMs }: Entry, spans: readonly OpenSpan[]): boolean {
    if (logTimeMs <= event.timeMs) return false;
    const offsets = this.#rules.flatMap(({ absent }) => absent.flatMap(({ from, to }) => [from, to])).map(offsetOf);
    const reachMs = Math.max(0, ...offsets);
    return spans.some(({ closed, events }) => closed && events.some(({ lastMs }) => event.timeMs <= lastMs + reachMs));
  }

  /** End of input: every window closes. */
  end(): void {
    this.#ended = true;
    for (const spans of this.#allSpans()) spans.end();
  }

  /** Every rule in every window, rules over stories after those that they are made of. */
  rulings(): Ruling[] {
    const rulings: Ruling[] = [];
    this.#members.clear();
    for (const rule of this.#rules) {
      const found = rule.joins.length === 0 ? this.#judgeTraces(rule) : this.#judgeGroups(rule);
      rulings.push(...found);
      for (const ruling of found) this.#announce(ruling);
    }
    return rulings;
  }

  #judgeTraces(rule: Rule): Ruling[] {
    return [...this.#traces].flatMap(([trace, { all }]) =>
      all.map((span, window) => {
        const enough = this.#limits.minEvents <= span.events.length;
        const later = all.slice(window + 1).flatMap(({ events }) => events);
        const judgement = enough ? judge(rule, this.#view(trace, span, later)) : undefined;
        return { rule, group: trace, window, span, judgement };
      }),
    );
  }

  #judgeGroups(rule: Rule): Ruling[] {
    return [...(this.#groups.get(rule) ?? [])].flatMap(([group, { all }]) =>
      all.map((span, window) => {
        const later = all.slice(window + 1).flatMap(({ events }) => events);
        return { rule, group, window, span, judgement: judge(rule, this.#view(group, span, later)) };
      }),
    );
  }

  #view(group: string, span: OpenSpan, later: readonly Event[]): View {
    return {
      group,
      span,
      later,
      traceEvents: (trace) => this.#eventsBeside(span, trace),
      heard: (source) => this.#heard.get(source) ?? Number.NEGATIVE_INFINITY,
      nowMs: this.#nowMs,
      inputEnded: this.#ended && span.closedBy === "end",
      candidatesMax: this.#limits.candidatesMax,
      memberOf: (event) => this.#members.get(event),
      note: this.#note,
    };
  }

  /** What came, before a group closed, into those windows of a trace that were open while the group had an event of it. */
  #eventsBeside({ joinedMs, closedLogMs }: OpenSpan, trace: string): Event[] {
    const sinceMs = joinedMs.get(trace) ?? Infinity;
    const beside = (window: OpenSpan): boolean => sinceMs < window.closedLogMs && window.openedLogMs < closedLogMs;
    return (this.#traces.get(trace)?.all ?? [])
      .filter(beside)
      .flatMap(({ events, arrivedMs }) => events.filter(({ id }) => (arrivedMs.get(id) ?? Infinity) < closedLogMs));
  }

  /** Whether a group closed that may look for it by its trace: what is judged there once more would see it. */
  #comesBehindGroup({ id, traceId }: Event): boolean {
    const windows = this.#traces.get(traceId)?.all ?? [];
    const isVersion = windows.some(({ arrivedMs }) => arrivedMs.has(id));
    return [...this.#groups].some(
      ([rule, groups]) =>
        [...rule.steps, ...rule.absent].some(({ as }) => rule.joins[0]?.keys[as] === undefined) &&
        (isVersion || 0 < rule.absent.length) &&
        [...groups.values()].some(({ all }) => all.some(({ closed, joinedMs }) => closed && joinedMs.has(traceId))),
    );
  }

  /** The groups of an event under a rule: those of each step and absence whose test it passes. */
  #groupsOf(rule: Rule, event: Event): Spans[] {
    const [join] = rule.joins;
    if (join === undefined) return [];
    const tests = [...rule.steps, ...rule.absent].filter((test) => passes(test, event));
    const keys = [...new Set(tests.flatMap(({ as }) => keysOf(event, join.keys[as] ?? [])))];
    const joined = keys.filter((key) => !join.ignore.some((glob) => globMatches(glob, key)));
    if (joined.length < keys.length) this.#note("join: ignored value");
    const groups = getOrAdd(this.#groups, rule, () => new Map<string, Spans>());
    return joined.map((key) => getOrAdd(groups, key, () => new Spans(this.#limits)));
  }

  /** A rule that holds is itself an event, to rules with a join: contract.md §3.12. */
  #announce({ rule, group, judgement }: Ruling): void {
    if (judgement === undefined || judgement === "undecided" || rule.mode === "shadow") return;
    if (this.#limits.levelsMax <= judgement.level + 1) return;
    const event = storyEvent(judgement, group);
    this.#members.set(event, judgement);
    for (const other of this.#groups.keys())
      for (const spans of this.#groupsOf(other, event)) spans.addStory(event, this.#nowMs, this.#ended);
  }

  /** Whether a story was told of a closed window: only then a late event is evidence for it. */
  #hasStory(trace: string, late: OpenSpan): boolean {
    return this.#rules.some(
      (rule) =>
        rule.joins.length === 0 &&
        this.#judgeTraces(rule).some(
          ({ group, span, judgement }) =>
            group === trace && span === late && judgement !== undefined && judgement !== "undecided",
        ),
    );
  }

  #allSpans(): Spans[] {
    return [...this.#traces.values(), ...[...this.#groups.values()].flatMap((groups) => [...groups.values()])];
  }
}

/** Its entity and time are the root cause's; `related` also names the entities it hit. */
function storyEvent({ rule, root, bound }: Match, group: string): Event {
  const hit = bound.filter(({ step }) => step.role === "impact").flatMap(({ events }) => events);
  const targets = hit.map(({ entity }): RelatedEntity => ({ ...entity, role: "target" }));
  const lastMs = Math.max(...bound.flatMap(({ events }) => events.map((event) => event.lastMs)));
  return {
    ...root.anchor,
    id: `story:${rule.key}:${group}`,
    lastMs,
    source: "story",
    type: `story.${rule.id}`,
    severity: rule.severity,
    reason: undefined,
    message: rule.title,
    related: [...(root.anchor.related ?? []), ...targets],
    count: 1,
  };
}

/** Rules over stories after the rules that they name. */
function inOrderOfStories(rules: readonly Rule[]): Rule[] {
  const depth = (rule: Rule): number => {
    const types = [...rule.steps, ...rule.absent].flatMap(({ types }) => types ?? []);
    const named = rules.filter(({ id }) => types.includes(`story.${id}`));
    return named.length === 0 ? 0 : 1 + Math.max(...named.map(depth));
  };
  return [...rules].sort((a, b) => depth(a) - depth(b));
}

function offsetOf(moment: Moment): DurationMs {
  return moment.kind === "step" ? moment.offsetMs : 0;
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
