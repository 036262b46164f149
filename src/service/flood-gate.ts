import type { Story, StoryChange } from "../core/model/story.ts";
import type { DurationMs, EpochMs } from "../core/model/time.ts";
import { formatTime } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { NotifierGate } from "./outlets.ts";

export interface FloodGateOptions {
  readonly clock: Clock;
  /** New stories of one rule that notifiers get in one period; 10 by default. */
  readonly storiesMax?: number | undefined;
  /** Length of a period; 5 min by default. Periods begin at whole multiples of it. */
  readonly periodMs?: DurationMs | undefined;
}

/** New stories of one rule in one period. */
interface Period {
  readonly startMs: EpochMs;
  passed: number;
  overflow: Overflow | undefined;
}

/** Stories of one rule and period that were held back, as one story. */
interface Overflow {
  readonly id: string;
  readonly startMs: EpochMs;
  /** The first story held back; the overflow speaks in its place. */
  readonly first: Story;
  revision: number;
  held: number;
  /** Held back and not yet ended. */
  open: number;
}

const STORIES_MAX = 10;
const PERIOD_MS = 300_000;
/** Stories held back that are remembered; beyond that, the ends of the oldest are not counted. */
const HELD_MAX = 100_000;

/**
 * Keeps shadow stories and floods from notifiers: of one rule, so many new stories pass in a period,
 * and one overflow story with exact counts stands for the others. What follows on a story that passed
 * always passes, its resolution above all.
 */
export class FloodGate implements NotifierGate {
  readonly #clock: Clock;
  readonly #storiesMax: number;
  readonly #periodMs: DurationMs;
  readonly #periods = new Map<string, Period>();
  readonly #held = new Map<string, Overflow>();
  #heldBack = 0;

  constructor({ clock, storiesMax = STORIES_MAX, periodMs = PERIOD_MS }: FloodGateOptions) {
    this.#clock = clock;
    this.#storiesMax = storiesMax;
    this.#periodMs = periodMs;
  }

  /** New stories held back so far. */
  get heldBack(): number {
    return this.#heldBack;
  }

  pass(changes: readonly StoryChange[]): readonly StoryChange[] {
    const passed: StoryChange[] = [];
    const overflows = new Map<Overflow, StoryChange["kind"]>();
    for (const change of changes) {
      if (change.story.shadow === true) continue;
      const overflow = this.#held.get(change.story.id) ?? this.#overflowFor(change);
      if (overflow === undefined) passed.push(change);
      else if (this.#hold(change, overflow)) {
        const kind = overflow.open === 0 ? "resolved" : overflow.revision === 0 ? "told" : "revised";
        overflows.set(overflow, kind);
      }
    }
    for (const [overflow, kind] of overflows) passed.push({ kind, story: this.#tell(overflow) });
    return passed;
  }

  /** The overflow that a new story belongs to; `undefined` if it may pass. */
  #overflowFor({ kind, story }: StoryChange): Overflow | undefined {
    if (kind !== "told") return undefined;
    const rule = `${story.rule.pack}/${story.rule.id}`;
    const startMs = Math.floor(this.#clock.now() / this.#periodMs) * this.#periodMs;
    let period = this.#periods.get(rule);
    if (period === undefined || period.startMs !== startMs) {
      period = { startMs, passed: 0, overflow: undefined };
      this.#periods.set(rule, period);
    }
    period.passed += 1;
    if (period.passed <= this.#storiesMax) return undefined;
    // Its own time makes it another story than one of an earlier run, whose revisions may be ahead.
    const id = `overflow-${story.rule.pack}-${story.rule.id}-${this.#clock.now()}`;
    period.overflow ??= { id, startMs, first: story, revision: 0, held: 0, open: 0 };
    return period.overflow;
  }

  /** Counts a change that does not pass; answers whether the counts have changed. */
  #hold({ kind, story }: StoryChange, overflow: Overflow): boolean {
    const known = this.#held.has(story.id);
    if (kind === "resolved" || kind === "retracted") {
      this.#held.delete(story.id);
      overflow.open -= 1;
      return true;
    }
    if (known) return false;
    overflow.held += 1;
    overflow.open += 1;
    this.#heldBack += 1;
    this.#held.set(story.id, overflow);
    const [oldest] = HELD_MAX < this.#held.size ? this.#held.keys() : [];
    if (oldest !== undefined) this.#held.delete(oldest);
    return true;
  }

  #tell(overflow: Overflow): Story {
    overflow.revision += 1;
    const { id, revision, first, held, open, startMs } = overflow;
    const rule = `${first.rule.pack}/${first.rule.id}`;
    const stories = held === 1 ? "1 more story" : `${held} more stories`;
    const { detail: _, statusReason: __, ...words } = first;
    return {
      ...words,
      id,
      revision,
      status: open === 0 ? "resolved" : "open",
      ...(open === 0 ? { statusReason: "every story that it stands for has ended" } : {}),
      summary: `${stories} of rule ${rule}: ${open} open, ${held - open} ended`,
      detail: [
        `Since ${formatTime(startMs)} the rule has told more new stories than are sent one by one (${this.#storiesMax}).`,
        `The first one held back is ${first.id}; all of them are in the streams and in the API.`,
      ].join(" "),
    };
  }
}
