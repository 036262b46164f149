import type { StoryChange } from "../core/model/story.ts";
import type { Clock } from "../ports/clock.ts";
import { type Sink, SinkError } from "../ports/sink.ts";
import { backoffMs } from "./backoff.ts";

/** What delivering needs besides the stories. */
export interface DeliveryOptions {
  readonly clock: Clock;
  /** After it aborts, a sink that fails is given up instead of tried again. */
  readonly signal: AbortSignal;
  /** Hears of failures that will be tried again. */
  readonly onTrouble: (message: string) => void;
}

/**
 * Hands the changes to every sink, in order. What fails and may succeed later is tried again with
 * growing pauses, and holds up reading meanwhile. Throws {@link SinkError} for what will not succeed.
 */
export async function deliverToAll(
  sinks: readonly Sink[],
  changes: readonly StoryChange[],
  options: DeliveryOptions,
): Promise<void> {
  const settled = await Promise.allSettled(
    sinks.map((sink) => persist(sink.name, () => sink.deliver(changes), options)),
  );
  for (const one of settled) if (one.status === "rejected") throw one.reason;
}

/** Does something until it succeeds, or fails for good. */
export async function persist(name: string, attempt: () => Promise<void>, options: DeliveryOptions): Promise<void> {
  const { clock, signal, onTrouble } = options;
  for (let tries = 1; ; tries++) {
    try {
      await attempt();
      return;
    } catch (cause) {
      if (!(cause instanceof SinkError) || !cause.retryable || signal.aborted) throw cause;
      onTrouble(`${name}: ${cause.message}; trying again`);
      await clock.sleep(backoffMs(tries, Math.random), signal);
    }
  }
}
