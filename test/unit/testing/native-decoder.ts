import type { Decoded, Event } from "../../../src/core/model/event.ts";
import { parseTime } from "../../../src/core/model/time.ts";
import type { CaseDecoder } from "../../../src/core/testing/case-log.ts";

/** Native events taken at their word, so that these tests test the runner and not the intake. */
export function nativeDecoder(): CaseDecoder {
  const decodeValue = (value: unknown): Decoded => {
    const raw = value as Partial<Event> & { readonly broken?: string };
    if (raw.broken !== undefined) return { outcome: "rejected", reason: raw.broken };
    const stamp = parseTime(raw.time ?? "");
    if (stamp === undefined) return { outcome: "unknown", shape: "no time" };
    const blank = {
      reason: undefined,
      message: undefined,
      related: undefined,
      actor: undefined,
      attributes: undefined,
    };
    const times = { timeMs: stamp.ms, lastMs: stamp.ms, precisionMs: stamp.precisionMs };
    const event = { ...blank, traceOrigin: "explicit", severity: "info", count: 1, ...times, ...raw } as Event;
    return { outcome: "events", events: [event] };
  };
  return {
    decodeValue,
    decodeText: (text) => {
      try {
        return decodeValue(JSON.parse(text));
      } catch {
        return { outcome: "rejected", reason: "not JSON" };
      }
    },
  };
}
