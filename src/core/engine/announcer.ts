import type { Event } from "../model/event.ts";
import type { CourtroomParts, Job } from "./courtroom-parts.ts";
import type { Match } from "./match.ts";
import { storyEvent, storyEventId } from "./story-events.ts";
import type { Window } from "./window.ts";

/** Lets rules over stories see matches as events: contract.md §3.12. */
export class Announcer {
  readonly #parts: CourtroomParts;
  readonly #members = new WeakMap<Event, Match>();

  constructor(parts: CourtroomParts) {
    this.#parts = parts;
  }

  /** The match behind a story's event. */
  memberOf(event: Event): Match | undefined {
    return this.#members.get(event);
  }

  /** Notes the match behind a story's event, from a snapshot. */
  recall(event: Event, match: Match): void {
    this.#members.set(event, match);
  }

  /** Puts the event of a match in the place of the one before it; answers what must be judged now. */
  announce(match: Match): Job[] {
    const index = this.#parts.index();
    if (!index.usesStories) return [];
    const { levelsMax } = this.#parts.limits;
    if (match.rule.rule.mode === "shadow" || levelsMax <= match.level + 1) return this.withdraw(match);
    const event = storyEvent(match);
    this.#members.set(event, match);
    const place = { logTimeMs: this.#parts.now(), position: this.#parts.position() };
    // It may open a group, or keep one open for longer.
    this.#parts.mind(place.logTimeMs + this.#parts.limits.correlationWindowMs);
    return jobsOf(this.#parts.groups.tellStory(event, index.entry(event.type).joins, place), match.window);
  }

  /** The rule holds no more in its window: its event goes. */
  withdraw(match: Match): Job[] {
    if (!this.#parts.index().usesStories) return [];
    const isOurs = (event: Event): boolean => this.#members.get(event) === match;
    return jobsOf(this.#parts.groups.withdrawStory(storyEventId(match), isOurs), match.window);
  }
}

function jobsOf(groups: Iterable<Window>, own: Window): Job[] {
  return [...groups].flatMap((window) =>
    window === own || window.joinRule === undefined ? [] : [{ window, rules: [window.joinRule] }],
  );
}
