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
  /** The types here; a join group has no use for them. */
  #types: TypeSet | undefined = undefined;
  #ownTrace: readonly string[] | undefined = undefined;
  readonly #group: Readonly<Record<string, string>> | undefined;

  constructor(options: {
    readonly key: string;
    readonly joinRule?: CompiledRule | undefined;
    readonly group?: Readonly<Record<string, string>>;
    readonly logTimeMs: EpochMs;
    readonly position: number;
  }) {
    super();
    this.key = options.key;
    this.joinRule = options.joinRule;
    this.#group = options.group;
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
    return this.#group ?? { traceId: this.key };
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
    this.stepMasks.delete(id);
    return super.remove(id);
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
    const at = this.matches.indexOf(match);
    if (0 <= at) this.matches = this.matches.length === 1 ? NO_MATCHES : this.matches.toSpliced(at, 1);
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
    const kept = this.matches.filter(({ rule }) => index.rules[rule.index] === rule);
    this.matches = kept.length === 0 ? NO_MATCHES : kept;
    this.retype(index);
    this.slim();
  }

  /** Looks its types up anew among other rules. */
  retype(index: RuleIndex): void {
    this.#types = undefined;
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
    if (this.joinRule !== undefined || 0 < this.matches.length) return true;
    return 0 < this.ready.length && this.ready.some((rule) => this.isUndecided(rule));
  }

  /** Whether judging a rule once more could find something else than the last time. */
  isUndecided({ absences }: CompiledRule): boolean {
    if (this.joinRule !== undefined || 0 < this.dropped) return true;
    return this.judgeAtMs !== undefined || 0 < absences.length;
  }
}
