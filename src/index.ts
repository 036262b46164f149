// The public interface: load rules, correlate events, get stories; docs/library.md shows how.

export type { EntityRef, Severity } from "./core/model/event.ts";
export type {
  ChainLink,
  ConfidencePart,
  OtherMatch,
  Story,
  StoryStatus,
  TimelineEntry,
} from "./core/model/story.ts";
export { CorrelationEngine, type CorrelationOptions } from "./library/correlation-engine.ts";
export { NatsSubscriber, type NatsSubscriberOptions } from "./library/nats-subscriber.ts";
export { PackError } from "./library/pack-error.ts";
export { type PackFinding, PackSourceError } from "./ports/pack-source.ts";
export { SourceError } from "./ports/source.ts";
