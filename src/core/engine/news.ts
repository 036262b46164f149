import type { Event } from "../model/event.ts";
import type { HeldEvent } from "../model/unopened-event.ts";
import type { Versions } from "./held-events.ts";
import type { RuleIndex, TypeEntry } from "./rule-index.ts";

/** What came into a window: an event as it is held now, and the version of it that was there before. */
export interface News {
  /** Opened only where a rule looks. */
  readonly event: HeldEvent;
  /** What the rules say of its type. */
  readonly entry: TypeEntry;
  readonly before?: Event;
  /** What they say of the type that it had before, where that was another. */
  readonly left?: TypeEntry | undefined;
}

/**
 * The news that another version of an event is. The version that counts less may have come last: what is
 * held then has the type of the one before.
 */
export function newsOf({ before, held }: Versions, index: RuleIndex): News {
  const left = before.type === held.type ? undefined : index.entry(before.type);
  return { event: held, entry: index.entry(held.type), before, left };
}
