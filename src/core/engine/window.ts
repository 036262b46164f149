import type { Event } from "../model/event.ts";
import type { EpochMs } from "../model/time.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { Match } from "./match.ts";
import type { RuleIndex, TypeEntry } from "./rule-index.ts";
import type { StoryRecord } from "./story-record.ts";

/** From how many events on a window looks up duplicate ids in a map. */
const INDEX_FROM = 16;

/** Stands in for the maps of a window in which nothing was found: most windows, at no cost. */
const NONE: Map<never, never> = Object.freeze(new Map<never, never>()) as Map<never, never>;

/** The events of one trace, or of one join group, and what was found in them so far. */
export class Window {
  /** Trace ID, or the group's key under its rule. */
  readonly key: string;
  /** The rule whose join made this group; `undefined` for a trace's window. */
  joinRule: CompiledRule | undefined;
  /** Group key by name of the join, or the trace ID. */
  readonly group: Readonly<Record<string, string>>;
  readonly openedLogMs: EpochMs;
  readonly openedPosition: number;
  lastLogMs: EpochMs;
  firstEventMs: EpochMs = Number.POSITIVE_INFINITY;
  lastEventMs: EpochMs = Number.NEGATIVE_INFINITY;
  closedBy: string | undefined = undefined;
  readonly events: Event[] = [];
  /** Events that came, duplicates not counted; `dropped` of them are no longer held. */
  total = 0;
  dropped = 0;
  /** Distinct types here, each with its entry. */
  readonly types: TypeEntry[] = [];
  armed: CompiledRule[] = [];
  armedGeneration = 0;
  /** Rules that hold here now. */
  matches: Map<number, Match> = NONE;
  /** Log time since which each rule that has to settle holds without a break, by rule index. */
  heldSinceMs: Map<number, EpochMs> = NONE;
  /** A judgement is already planned at this log time. */
  judgeAtMs: EpochMs | undefined = undefined;
  /** How often rules were judged here: from some number on, less often. */
  judgements = 0;
  /** The story that this window's headline goes to. */
  record: StoryRecord | undefined = undefined;
  /** It took evidence after it had closed. */
  tookLate = false;
  /** It was a story that opened this join group, not an event of the log. */
  openedByStory = false;
  /** Bits of the keyed steps and absences that an event may fill or break, by its ID; for join groups only. */
  stepMasks: Map<string, number> = NONE;
  /** Neighbours in the table's list, the one idle longest first. */
  before: Window | undefined = undefined;
  after: Window | undefined = undefined;
  /** Neighbours in the table's other list, the one that opened first at its head. */
  older: Window | undefined = undefined;
  newer: Window | undefined = undefined;
  #byId: Map<string, number> | undefined = undefined;
  #ownTrace: ReadonlySet<string> | undefined = undefined;
  #typeSet: Set<TypeEntry> | undefined = undefined;

  constructor(options: {
    readonly key: string;
    readonly joinRule?: CompiledRule | undefined;
    readonly group: Readonly<Record<string, string>>;
    readonly logTimeMs: EpochMs;
    readonly position: number;
  }) {
    this.key = options.key;
    this.joinRule = options.joinRule;
    this.group = options.group;
    this.openedLogMs = options.logTimeMs;
    this.lastLogMs = options.logTimeMs;
    this.openedPosition = options.position;
  }

  /**
   * Adds an event. The same id counts once: of two versions of one event the merged one stays.
   * Answers `added`, `merged` (it told more than before), or `same`.
   */
  add(event: Event, eventsMax: number): "added" | "merged" | "same" {
    const at = this.#find(event.id);
    if (0 <= at) {
      const held = this.events[at] as Event;
      const merged = mergeVersions(held, event);
      if (merged === held) return "same";
      this.events[at] = merged;
      this.#span(merged);
      return "merged";
    }
    this.total++;
    this.#span(event);
    if (eventsMax <= this.events.length) this.#makeRoom(eventsMax);
    this.#byId?.set(event.id, this.events.length);
    this.events.push(event);
    if (this.#byId === undefined && INDEX_FROM < this.events.length) this.#index();
    return "added";
  }

  /** The event with this ID, as it is held. */
  find(id: string): Event | undefined {
    return this.events[this.#find(id)];
  }

  /** The window's key as a set, the same one each time: what the matches of a trace claim. */
  get ownTrace(): ReadonlySet<string> {
    this.#ownTrace ??= new Set([this.key]);
    return this.#ownTrace;
  }

  /** Takes an event out of a join group again: a story's, or one whose newer version does not belong there. */
  remove(id: string): boolean {
    const at = this.#find(id);
    if (at < 0) return false;
    this.events.splice(at, 1);
    this.firstEventMs = Number.POSITIVE_INFINITY;
    this.lastEventMs = Number.NEGATIVE_INFINITY;
    for (const event of this.events) this.#span(event);
    this.total--;
    this.stepMasks.delete(id);
    if (this.#byId !== undefined) this.#index();
    return true;
  }

  /** Notes that a rule holds. */
  hold(rule: number, match: Match, nowMs: EpochMs): void {
    if (this.matches === NONE) this.matches = new Map();
    this.matches.set(rule, match);
    if (match.rule.rule.settleMs === 0 || this.heldSinceMs.has(rule)) return;
    if (this.heldSinceMs === NONE) this.heldSinceMs = new Map();
    this.heldSinceMs.set(rule, nowMs);
  }

  /** Whether an event of a join group is in it by the key of this step or absence. */
  fills(id: string, bitIndex: number): boolean {
    return ((this.stepMasks.get(id) ?? 0) & (1 << bitIndex)) !== 0;
  }

  /** Notes that an event of a join group fills these keyed steps. */
  noteSteps(id: string, bits: number): void {
    if (this.stepMasks === NONE) this.stepMasks = new Map();
    this.stepMasks.set(id, bits | (this.stepMasks.get(id) ?? 0));
  }

  /** Notes the type; arms the rules that wait for it. Answers whether it is new here. */
  noteType(entry: TypeEntry, index: RuleIndex): boolean {
    if (this.#typeSet === undefined ? this.types.includes(entry) : this.#typeSet.has(entry)) return false;
    this.types.push(entry);
    if (this.#typeSet !== undefined) this.#typeSet.add(entry);
    else if (INDEX_FROM < this.types.length) this.#typeSet = new Set(this.types);
    if (this.armedGeneration === index.generation) {
      if (0 < entry.arms.length)
        this.armed = this.armed.length === 0 ? [...entry.arms] : [...new Set([...this.armed, ...entry.arms])];
    }
    return true;
  }

  /** Arms anew after another choice of rare types, or other rules. */
  rearm(index: RuleIndex): void {
    this.armedGeneration = index.generation;
    this.armed = [...new Set([...index.untyped, ...this.types.flatMap(({ arms }) => arms)])];
  }

  /** Forgets what was found; its rules are swapped. */
  forgetMatches(): void {
    this.matches = NONE;
    this.heldSinceMs = NONE;
  }

  /** Keeps of a closed window what was found by rules that are in force; late evidence meets those. */
  renewClosed(index: RuleIndex): void {
    const kept = [...this.matches.values()].filter(({ rule }) => index.rules[rule.index] === rule);
    this.matches = new Map(kept.map((match) => [match.rule.index, match]));
    this.retype(index);
    this.slim();
  }

  /** Looks its types up anew among other rules, and arms them. */
  retype(index: RuleIndex): void {
    this.types.splice(0);
    this.#typeSet = undefined;
    for (const event of this.events) this.noteType(index.entry(event.type), index);
    this.rearm(index);
  }

  /** Lets go of what only an open window needs; thousands of closed ones are remembered. */
  slim(): void {
    this.armed = [];
    this.armedGeneration = -1;
    this.heldSinceMs = NONE;
    if (this.matches.size === 0) this.matches = NONE;
  }

  /** Whether every step that the rule requires has an event of a fitting type here. */
  hasTypesFor(rule: CompiledRule): boolean {
    let mask = 0;
    for (const entry of this.types) mask |= entry.traceMasks.get(rule.index) ?? 0;
    return (mask & rule.requiredMask) === rule.requiredMask;
  }

  #find(id: string): number {
    if (this.#byId !== undefined) return this.#byId.get(id) ?? -1;
    const { events } = this;
    for (let at = 0; at < events.length; at++) if ((events[at] as Event).id === id) return at;
    return -1;
  }

  #span(event: Event): void {
    if (event.timeMs < this.firstEventMs) this.firstEventMs = event.timeMs;
    if (this.lastEventMs < event.lastMs) this.lastEventMs = event.lastMs;
  }

  /** Keeps the first and the last halves, by (event time, id); the middle is only counted. */
  #makeRoom(eventsMax: number): void {
    this.events.sort(byTimeThenId);
    this.events.splice(eventsMax >> 1, 1);
    this.dropped++;
    this.#index();
  }

  #index(): void {
    this.#byId = new Map(this.events.map(({ id }, at) => [id, at]));
  }
}

/** Orders events by (event time, id): the order of every choice in the engine. */
export function byTimeThenId(a: Event, b: Event): number {
  return a.timeMs - b.timeMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * Two versions of one event, as one. The version with the higher count (then the later one) gives
 * the words; the times span both. It does not matter which comes first.
 */
function mergeVersions(held: Event, other: Event): Event {
  const newer = held.count - other.count || held.lastMs - other.lastMs;
  const words = 0 <= newer ? held : other;
  const timeMs = Math.min(held.timeMs, other.timeMs);
  const lastMs = Math.max(held.lastMs, other.lastMs);
  if (words === held && timeMs === held.timeMs && lastMs === held.lastMs) return held;
  const first = held.timeMs <= other.timeMs ? held : other;
  return { ...words, time: first.time, timeMs, precisionMs: first.precisionMs, lastMs };
}
