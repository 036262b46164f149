import { setImmediate as nextTurn } from "node:timers/promises";
import { nativeOf } from "../core/intake/write-native.ts";
import { eventAsGiven } from "../core/model/aside.ts";
import type { EngineLimits } from "../core/model/limits.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { Story } from "../core/model/story.ts";
import { type EpochMs, parseTime, parseWhen } from "../core/model/time.ts";
import { explainOneRule, explainStories, findRuleKey } from "../core/testing/answer.ts";
import { ruleKeyOf } from "../core/testing/compare-story.ts";
import { behindStory, belongsToStory } from "../core/testing/story-evidence.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventDecoder } from "./log-decoder.ts";
import { eventsOfPart, evidenceOf, type LogPart } from "./read-back.ts";

/** The log of the engine, for reading back. */
export interface ReadableLog {
  /** From a time to what the log holds now. */
  openPart(sinceMs: EpochMs): Promise<LogPart>;
  /** The last revision of a story that was published, as JSON. */
  findStory(id: string): Promise<Story | undefined>;
}

/** An answer, or why there is none. */
export type ExplainOutcome =
  | { readonly outcome: "answered"; readonly answer: object }
  | { readonly outcome: "wrong" | "unknown" | "busy" | "unreadable"; readonly message: string };

export interface LiveExplainerOptions {
  readonly rules: () => RuleSet;
  readonly limits: Partial<EngineLimits>;
  readonly newDecoder: () => EventDecoder;
  /** The stories told last, which are at hand. */
  readonly recentStory: (id: string) => Story | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const SINCE_DEFAULT_MS = 3_600_000;
const EVENTS_MAX = 2_000;
/** How long windows are looked into for one question. */
const SEARCH_MS_MAX = 5_000;
/** How long before a story's window the log is read: clocks of collectors are ahead now and then. */
const LEAD_MS = 120_000;

/**
 * Explains what a running engine told, and why a rule told nothing, by reading its log back: the
 * engine itself keeps nothing for it, and where nobody asks it costs nothing. One question at a time.
 */
export class LiveExplainer {
  readonly #options: LiveExplainerOptions;
  #log: ReadableLog | undefined;
  #isBusy = false;

  constructor(options: LiveExplainerOptions) {
    this.#options = options;
  }

  /** Says which log to read back, once there is a connection. */
  readFrom(log: ReadableLog): void {
    this.#log = log;
  }

  /** How far a rule came, in a trace or anywhere, since a duration back from now or a time; an hour if left out. */
  explainRule(rule: string, trace?: string, since?: string): Promise<ExplainOutcome> {
    return this.#alone(async (log) => {
      const { rules, clock } = this.#options;
      const inForce = rules();
      const found = findRuleKey(rule, inForce);
      if ("problem" in found) return { outcome: "unknown", message: found.problem };
      const sinceMs = since === undefined ? clock.now() - SINCE_DEFAULT_MS : parseWhen(since, clock.now());
      if (sinceMs === undefined)
        return { outcome: "wrong", message: `since must be a duration such as 10m, or a time, and not ${since}` };
      const { evidence, cutBy } = await evidenceOf({ ...this.#reading(await log.openPart(sinceMs)), rules: inForce });
      const search = new BoundedSearch(clock);
      const answer = await explainOneRule(found.key, inForce, evidence, { trace, goOn: search.goOn });
      return { outcome: "answered", answer: { ...answer, ...search.cut, ...cut(cutBy) } };
    });
  }

  /** Why a story was told. */
  explainStory(id: string): Promise<ExplainOutcome> {
    return this.#aboutStory(id, async (story, log) => {
      const rules = this.#options.rules();
      if (!rules.rules.some(({ key }) => key === ruleKeyOf(story)))
        return { outcome: "unknown", message: `the rule of ${id}, ${ruleKeyOf(story)}, is not in force any more` };
      const { evidence, cutBy } = await evidenceOf({ ...this.#reading(await partOf(story, log), story), rules });
      const answer = await explainStories([story], rules, evidence);
      return { outcome: "answered", answer: { ...answer, ...cut(cutBy) } };
    });
  }

  /** The events of a story, as native ones. */
  eventsOf(id: string): Promise<ExplainOutcome> {
    return this.#aboutStory(id, async (story, log) => {
      const belongs = belongsToStory(story);
      const { events, cutBy } = await eventsOfPart({
        ...this.#reading(await partOf(story, log), story),
        wanted: (event) => belongs(eventAsGiven(event)),
        eventsMax: EVENTS_MAX,
      });
      return {
        outcome: "answered",
        answer: { events: events.map((event) => nativeOf(eventAsGiven(event))), ...cut(cutBy) },
      };
    });
  }

  #aboutStory(id: string, work: (story: Story, log: ReadableLog) => Promise<ExplainOutcome>): Promise<ExplainOutcome> {
    return this.#alone(async (log) => {
      const story = this.#options.recentStory(id) ?? (await log.findStory(id));
      return story === undefined ? { outcome: "unknown", message: `there is no story ${id}` } : work(story, log);
    });
  }

  async #alone(work: (log: ReadableLog) => Promise<ExplainOutcome>): Promise<ExplainOutcome> {
    if (this.#log === undefined) return { outcome: "unreadable", message: "not connected to the log yet" };
    if (this.#isBusy) return { outcome: "busy", message: "another question is being answered; ask again" };
    this.#isBusy = true;
    try {
      return await work(this.#log);
    } catch (cause) {
      // Whatever goes wrong with a question must not end the engine.
      const why = cause instanceof Error ? cause.message : String(cause);
      return { outcome: "unreadable", message: `the log cannot be read back: ${why}` };
    } finally {
      this.#isBusy = false;
    }
  }

  #reading(part: LogPart, story?: Story) {
    const { newDecoder, limits, clock, signal } = this.#options;
    const enough = story === undefined ? undefined : behindStory(story);
    return { part, decoder: newDecoder(), limits, clock, signal, enough };
  }
}

function partOf({ window }: Story, log: ReadableLog): Promise<LogPart> {
  return log.openPart((parseTime(window.start)?.ms ?? 0) - LEAD_MS);
}

/** Looks into windows beside the engine, which has its turns meanwhile, and not for ever. */
class BoundedSearch {
  readonly #clock: Clock;
  readonly #lateMs: EpochMs;
  #isLate = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lateMs = clock.now() + SEARCH_MS_MAX;
  }

  readonly goOn = async (): Promise<boolean> => {
    await nextTurn();
    this.#isLate = this.#lateMs < this.#clock.now();
    return !this.#isLate;
  };

  get cut(): { readonly incomplete?: string } {
    if (!this.#isLate) return {};
    return { incomplete: `the latest windows alone were looked into, for ${SEARCH_MS_MAX / 1_000} s; name a trace` };
  }
}

/** Said where not all was read. */
function cut(cutBy: string | undefined): { readonly incomplete?: string } {
  return cutBy === undefined ? {} : { incomplete: `the log was not read to its end: ${cutBy}` };
}
