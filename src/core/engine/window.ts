import type { EpochMs } from "../model/time.ts";
import { type HeldEvent, UnopenedEvent } from "../model/unopened-event.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { grown } from "./grown.ts";
import { HeldEvents } from "./held-events.ts";
import type { Match } from "./match.ts";
import type { RuleIndex, TypeEntry } from "./rule-index.ts";
import type { StoryRecord } from "./story-record.ts";
import type { TypeSet } from "./type-set.ts";

/** After so long, in log time, a window that is still in use makes copies of what it shares. */
const DETACH_AFTER_MS = 120_000;

/** These stand in for the lists and maps of a window in which nothing was found: most windows, at no cost. */
const NO_MATCHES: readonly Match[] = [];
const NO_RULES: readonly CompiledRule[] = [];
const NONE: Map<never, never> = Object.freeze(new Map<never, never>()) as Map<never, never>;
const NONE_PUT_OFF: ReadonlySet<CompiledRule> = new Set();

/** The events of one trace, or of one join group, and what was found in them so far. */
export class Window extends HeldEvents {
  /** Trace ID, or the group's key under its rule. */
  readonly key: string;
  /** The rule whose join made this group; `undefined` for a trace's window. */
  joinRule: CompiledRule | undefined;
  readonly openedLogMs: EpochMs;
  readonly openedPosition: number;
  lastLogMs: EpochMs;
  closedBy: string | undefined = undefined;
  /** Estimated; 0 where the log is not endless. */
  bytes = 0;
  /** Log time up to which its unopened events share memory with their neighbours in the log. */
  #detachedLogMs: EpochMs;
  /** Of each rule that holds here now its match, the one found last at the end. */
  matches: readonly Match[] = NO_MATCHES;
  /** Log time since which each rule that has to settle holds without a break, by rule key. */
  heldSinceMs: Map<string, EpochMs> = NONE;
  /** A judgement is already planned at this log time. */
  judgeAtMs: EpochMs | undefined = undefined;
  /** Of a join group: its rule would hold but for absences that can't be decided yet. */
  pending = false;
  /** How often rules were judged here: from some number on, less often. */
  judgements = 0;
  /** Rules that events may have made hold, or hold otherwise, since they were judged; `undefined`: any may be. */
  #putOff: ReadonlySet<CompiledRule> | undefined = NONE_PUT_OFF;
  /** The story that this window's headline goes to. */
  record: StoryRecord | undefined = undefined;
  /** It took evidence after it had closed. */
  tookLate = false;
  /** It was a story that opened this join group, not an event of the log. */
  openedByStory = false;
  /** Bits of the keyed steps and absences that each event may fill or break, while all have the same; of join groups. */
  #bits = 0;
  /** The same by event ID, where they differ. */
  #bitsById: Map<string, number> | undefined = undefined;
  /** All of those bits together, and of events that are only counted. */
  #filled = 0;
  /** Neighbours in the table's list, the one idle longest first. */
  before: Window | undefined = undefined;
  after: Window | undefined = undefined;
  /** Neighbours in the table's other list, the one that opened first at its head. */
  older: Window | undefined = undefined;
  newer: Window | undefined = undefined;
  /** The types here; a join group has no use for them. */
  #types: TypeSet | undefined = undefined;
  #ownTrace: readonly string[] | undefined = undefined;
  /** A join group's own key, among those of its rule. */
  readonly #ownKey: string | undefined;

  constructor(options: {
    readonly key: string;
    readonly joinRule?: CompiledRule | undefined;
    readonly ownKey?: string | undefined;
    readonly logTimeMs: EpochMs;
    readonly position: number;
  }) {
    super();
    this.key = options.key;
    this.joinRule = options.joinRule;
    this.#ownKey = options.ownKey;
    this.openedLogMs = options.logTimeMs;
    this.lastLogMs = options.logTimeMs;
    this.openedPosition = options.position;
    this.#detachedLogMs = options.logTimeMs;
  }

  /**
   * Notes that the window is used at this log time. Events that it holds for longer than most windows
   * live let go of the memory that they share with others, which would else be kept for their sake.
   */
  use(logTimeMs: EpochMs): void {
    this.lastLogMs = logTimeMs;
    if (logTimeMs - this.#detachedLogMs < DETACH_AFTER_MS) return;
    this.#detachedLogMs = logTimeMs;
    this.detach();
  }

  /** Group key by name of the join, or the trace ID. */
  get group(): Readonly<Record<string, string>> {
    const { joinRule } = this;
    return joinRule === undefined ? { traceId: this.key } : { [joinRule.joins[0]?.as ?? ""]: this.ownKey };
  }

  /** What tells it from the other groups of its rule, or from other traces. */
  get ownKey(): string {
    return this.#ownKey ?? this.key;
  }

  /** The window's key as a list, the same one each time: what the matches of a trace claim. */
  get ownTrace(): readonly string[] {
    this.#ownTrace ??= [this.key];
    return this.#ownTrace;
  }

  override add(event: HeldEvent, eventsMax: number): ReturnType<HeldEvents["add"]> {
    // What a trace's window holds is of its trace, and shares its text of it.
    if (event instanceof UnopenedEvent) event.traceId = this.key;
    return super.add(event, eventsMax);
  }

  override remove(id: string): boolean {
    if (!super.remove(id)) return false;
    this.#bitsById?.delete(id);
    if (this.size === 0) [this.#bits, this.#bitsById] = [0, undefined];
    this.#filled = this.#bits;
    for (const bits of this.#bitsById?.values() ?? []) this.#filled |= bits;
    return true;
  }

  /** What a rule was found to say here, where it holds now. */
  matchOf(rule: CompiledRule): Match | undefined {
    return this.matches.find((match) => match.rule.index === rule.index);
  }

  /** Notes that a rule holds, which did not before. */
  hold(match: Match, nowMs: EpochMs): void {
    const { key, settleMs } = match.rule.rule;
    this.matches = grown(this.matches === NO_MATCHES ? [] : this.matches, match);
    if (settleMs === 0 || this.heldSinceMs.has(key)) return;
    if (this.heldSinceMs === NONE) this.heldSinceMs = new Map();
    this.heldSinceMs.set(key, nowMs);
  }

  /** A match holds no more. */
  drop(match: Match): void {
    const others = this.matches.filter((other) => other !== match);
    this.matches = others.length === 0 ? NO_MATCHES : others;
  }

  /** Whether an event of a join group is in it by the key of this step or absence. */
  fills(id: string, bitIndex: number): boolean {
    return (this.bitsOf(id) & (1 << bitIndex)) !== 0;
  }

  /** Bits of the keyed steps and absences that each event of a join group may fill or break, by its ID. */
  get stepMasks(): ReadonlyMap<string, number> {
    return this.#bitsById ?? new Map(this.heads.map(({ id }) => [id, this.#bits]));
  }

  /** Notes that an event of a join group, which was added just now, fills these keyed steps. */
  noteSteps(id: string, bits: number): void {
    this.#filled |= bits;
    if (this.#bitsById !== undefined) this.#bitsById.set(id, bits);
    else if (this.size === 1) this.#bits = bits;
    else if (bits !== this.#bits) this.#bitsById = new Map(this.stepMasks).set(id, bits);
  }

  /** Bits of the keyed steps and absences that an event which it holds may fill or break. */
  bitsOf(id: string): number {
    return this.#bitsById === undefined ? this.#bits : (this.#bitsById.get(id) ?? 0);
  }

  /** Whether a join group has no event for some required step with a key: then its rule can't hold. */
  get lacksSteps(): boolean {
    const needed = this.joinRule?.keyedMask ?? 0;
    return (this.#filled & needed) !== needed;
  }

  /** Notes that a rule is judged at the planned judgement, and not now. */
  putOff(rule: CompiledRule): void {
    if (this.#putOff === undefined) return;
    if (this.#putOff === NONE_PUT_OFF) this.#putOff = new Set([rule]);
    else (this.#putOff as Set<CompiledRule>).add(rule);
  }

  /** Any rule may have been put off: which ones is not known. */
  putOffAny(): void {
    this.#putOff = undefined;
  }

  /** Of these rules those that a planned judgement is for; they count as judged from now on. */
  takePutOff(rules: readonly CompiledRule[]): readonly CompiledRule[] {
    const undecided = rules.filter((rule) => this.isUndecided(rule));
    this.#putOff = NONE_PUT_OFF;
    return undecided;
  }

  /** Trace rules of which every required step has an event of a fitting type here. */
  get ready(): readonly CompiledRule[] {
    return this.#types?.ready ?? NO_RULES;
  }

  /** Notes that an event of this type is here. */
  noteType(entry: TypeEntry, { noTypes }: RuleIndex): void {
    this.#types = (this.#types ?? noTypes).with(entry);
  }

  /** Forgets what was found; its rules are swapped. */
  forgetMatches(): void {
    this.matches = NO_MATCHES;
    this.heldSinceMs = NONE;
  }

  /** Keeps of a closed window what was found by rules that are in force; late evidence meets those. */
  renewClosed(index: RuleIndex): void {
    for (const match of this.matches) if (index.rules[match.rule.index] !== match.rule) this.drop(match);
    this.retype(index);
    this.slim();
  }

  /** Looks its types up anew among other rules. */
  retype(index: RuleIndex): void {
    this.#types = undefined;
    if (this.judgeAtMs !== undefined) this.putOffAny();
    for (const { type } of this.heads) this.noteType(index.entry(type), index);
  }

  /** Lets go of what only an open window needs; thousands of closed ones are remembered. */
  slim(): void {
    this.heldSinceMs = NONE;
    this.detach();
  }

  /**
   * Whether something is left to be said when it closes; in most windows nothing is. A rule was judged
   * when the last event came that it names, unless that was put off; what must be absent is decided now.
   */
  get needsLastLook(): boolean {
    if (this.joinRule !== undefined) return this.isUndecided(this.joinRule);
    if (0 < this.matches.length) return true;
    return 0 < this.ready.length && this.ready.some((rule) => this.isUndecided(rule));
  }

  /** Whether judging a rule once more could find something else than the last time. */
  isUndecided(rule: CompiledRule): boolean {
    if (this.joinRule !== undefined) return 0 < this.matches.length || !this.lacksSteps;
    if (0 < this.dropped || this.retyped || 0 < rule.absences.length) return true;
    return this.#putOff?.has(rule) ?? true;
  }
}
