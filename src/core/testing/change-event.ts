import { isRecord, readPath } from "../expression/read-path.ts";
import type { Event } from "../model/event.ts";
import type { FieldPath, PathSegment } from "../model/path.ts";
import type { Predicate } from "../model/rule.ts";
import { type DurationMs, formatTime } from "../model/time.ts";
import { compilePart } from "./remember.ts";

/** The event, happened this much later. */
export function moved(event: Event, byMs: DurationMs): Event {
  const timeMs = event.timeMs + byMs;
  return { ...event, time: formatTime(timeMs), timeMs, lastMs: event.lastMs + byMs };
}

/** The event with another value wherever the path leads, or at its first place where it leads nowhere. */
export function withField(event: Event, { segments }: FieldPath, value: unknown): Event {
  return setAt(event, segments, value) as Event;
}

function setAt(node: unknown, segments: readonly PathSegment[], value: unknown): unknown {
  const [segment, ...rest] = segments;
  if (segment === undefined) return value;
  if (segment.kind === "key") return setKey(node, segments, value);
  if (!Array.isArray(node)) return node;
  return node.map((element: unknown, at) => {
    if (segment.kind === "index" && segment.at !== at) return element;
    if (segment.kind === "select" && !(isRecord(element) && String(element[segment.key]) === segment.value))
      return element;
    return setAt(element, rest, value);
  });
}

/** Names may hold dots: the shortest key that leads to a value wins, as for reading. */
function setKey(node: unknown, segments: readonly PathSegment[], value: unknown): unknown {
  const record = isRecord(node) ? node : {};
  const names: string[] = [];
  for (const [at, segment] of segments.entries()) {
    if (segment.kind !== "key") break;
    names.push(segment.name);
    const name = names.join(".");
    const rest = segments.slice(at + 1);
    if (!Object.hasOwn(record, name) || readPath(record[name], { text: "", segments: rest }).length === 0) continue;
    return { ...record, [name]: setAt(record[name], rest, value) };
  }
  const [first = "", ...more] = names;
  const inner = record[first];
  if (0 < more.length && (isRecord(inner) || Object.hasOwn(record, first)))
    return { ...record, [first]: setKey(inner, segments.slice(1), value) };
  return { ...record, [names.join(".")]: value };
}

const OTHER_VALUES: readonly unknown[] = ["probe", 0, -1e15, 1e15, undefined];

/** The event changed in as little as makes a field test fail; `undefined` where no change was found. */
export function failing(event: Event, part: Predicate): Event | undefined {
  const holds = compilePart(part);
  let changed = event;
  for (const leaf of leavesOf(part)) {
    for (const value of [...OTHER_VALUES, ...[leaf.value].flat()]) {
      const candidate = withField(changed, leaf.path, value);
      if (isEvent(candidate) && !holds(candidate)) return candidate;
    }
    // Of tests any of which suffices, each one has to fail.
    const test = compilePart(leaf);
    const others = OTHER_VALUES.map((each) => withField(changed, leaf.path, each));
    changed = others.find((each) => isEvent(each) && !test(each)) ?? changed;
  }
  return holds(changed) ? undefined : changed;
}

/** Whether a changed event still has what every event has. */
function isEvent({ id, type, source, traceId, entity, count }: Event): boolean {
  const texts: readonly unknown[] = [id, type, source, traceId, entity.kind, entity.name];
  return texts.every((text) => typeof text === "string") && typeof count === "number" && 1 <= count;
}

type Leaf = Extract<Predicate, { readonly kind: "test" }>;

function leavesOf(predicate: Predicate): readonly Leaf[] {
  if (predicate.kind === "test") return [predicate];
  return predicate.kind === "not" ? leavesOf(predicate.of) : predicate.of.flatMap(leavesOf);
}
