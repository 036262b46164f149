import type { StoryRecord } from "./story-record.ts";
import type { Window } from "./window.ts";

/** What the engine plans for a log time. */
export type Task =
  | { readonly kind: "judge"; readonly window: Window }
  | { readonly kind: "look"; readonly record: StoryRecord };
