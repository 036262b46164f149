import type { Decoded } from "../../src/core/model/event.ts";
import type { EventDecoder } from "../../src/service/log-decoder.ts";
import { event, START_MS } from "./engine-kit.ts";

/** One line of the tests' own shape: an id, a type, and seconds after the start. */
interface PlainEvent {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly trace?: string;
}

/**
 * A decoder that has no rules of its own to get wrong, so that tests of the pipeline test the
 * pipeline: a plain event or an array of them; `{"skip":…}` is filtered, `{"odd":…}` is unknown.
 */
export const plainDecoder: EventDecoder = {
  decodeText(text, hints): Decoded {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return { outcome: "rejected", reason: "not JSON: it does not parse" };
    }
    if (Object.hasOwn(Object(value), "skip")) return { outcome: "filtered", reason: "skipped" };
    if (Object.hasOwn(Object(value), "odd")) return { outcome: "unknown", shape: "odd" };
    const plain = (Array.isArray(value) ? value : [value]) as PlainEvent[];
    return {
      outcome: "events",
      events: plain.map(({ id, type, at, trace }) =>
        event(id, type, at, { traceId: trace ?? hints?.traceparent?.split("-")[1] ?? "t1" }),
      ),
    };
  },
};

/** The event-time milliseconds of `at` seconds after the start. */
export const at = (seconds: number): number => START_MS + seconds * 1000;
