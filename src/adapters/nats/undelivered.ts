import type { StoryChange } from "../../core/model/story.ts";
import { type DeadLetterOptions, DeadLetterStream } from "./dead-letter-stream.ts";

/** A change that a sink refused for good, and why. */
export interface RefusedChange {
  readonly sink: string;
  readonly change: StoryChange;
  readonly reason: string;
}

/**
 * Opens what keeps the stories that a sink refused for good: each is published to
 * `tapio.deadletter.undelivered` with the sink and the reason, once. The function throws `SinkError`.
 */
export async function openUndelivered(options: DeadLetterOptions): Promise<(refused: RefusedChange) => Promise<void>> {
  const letterStream = await DeadLetterStream.open(options);
  return ({ sink, change: { kind, story }, reason }) =>
    letterStream.publish("undelivered", { reason, sink, change: kind, story }, `${sink}-${story.id}-${story.revision}`);
}
