// The public interface, in reading order: load rules, read events, get stories.

export type { Event, Severity } from "./core/model/event.ts";
export type { Story, StoryStatus } from "./core/model/story.ts";
export { CorrelationEngine, type CorrelationOptions } from "./library/correlation-engine.ts";
export { NatsSubscriber, type NatsSubscriberOptions } from "./library/nats-subscriber.ts";
export { PackError } from "./library/pack-error.ts";
export { type PackFinding, PackSourceError } from "./ports/pack-source.ts";
export { SourceError } from "./ports/source.ts";
