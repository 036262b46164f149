import type { Event } from "../model/event.ts";
import type { HeldEvent } from "../model/unopened-event.ts";
import type { RuleIndex, TypeEntry } from "./rule-index.ts";
import type { Window } from "./window.ts";

/** What came into a window: an event as it is held now, and the version of it that was there before. */
export interface News {
  /** Opened only where a rule looks. */
  readonly event: HeldEvent;
  /** What the rules say of its type. */
  readonly entry: TypeEntry;
  readonly before: Event | undefined;
  /** What they say of the type that it had before, where that was another. */
  readonly left: TypeEntry | undefined;
}

/**
 * The news of an event that was added to a window, `before` being what was held of it. Of two versions the one
 * that counts less may have come last: what is held then has the type of the other one.
 */
export function newsIn(
  window: Window | undefined,
  event: HeldEvent,
  before: Event | undefined,
  index: RuleIndex,
): News {
  if (before === undefined) return { event, entry: index.entry(event.type), before, left: undefined };
  const held = window?.versionOf(event) ?? event;
  const left = before.type === held.type ? undefined : index.entry(before.type);
  return { event: held, entry: index.entry(held.type), before, left };
}
