import { readPath } from "../expression/read-path.ts";
import { markOf } from "../model/aside.ts";
import type { Event } from "../model/event.ts";
import type { FieldPath } from "../model/path.ts";
import type { JoinedType } from "./rule-index.ts";

/** How many key tuples one event may have under one join; the rest join nothing. */
const KEYS_PER_EVENT_MAX = 64;

/** Separates the values of a key tuple; it cannot stand in a Kubernetes name. */
const TUPLE_SEPARATOR = "/";

/** The keys that were read last by some paths: many rules join by the same, and ask about one event in turn. */
interface Reader {
  event: Event | undefined;
  keys: readonly string[];
}

const readers = new WeakMap<readonly FieldPath[], Reader>();
/** Paths of many rules, by their text. */
const sharedReaders = new Map<string, Reader>();
/** Texts kept; there are as many as different joins. */
const SHARED_MAX = 10_000;

/**
 * The key tuples of an event, each as one text: one for each combination of its values. What was read
 * last is kept, as events never change; the answer depends on the event and the paths alone.
 */
export function joinKeys(event: Event, paths: readonly FieldPath[]): readonly string[] {
  const reader = readers.get(paths) ?? newReader(paths);
  if (reader.event !== event) {
    reader.keys = keysOf(event, paths);
    reader.event = event;
  }
  return reader.keys;
}

/** A group that an event belongs to under one rule. */
export interface GroupKey {
  readonly key: string;
  /** Bits of the steps and absences that the event may fill or break there. */
  bits: number;
}

const NO_KEYS: readonly GroupKey[] = [];

/** The group keys of an event under one rule, each once. */
export function groupKeys({ keyed }: JoinedType, event: Event): readonly GroupKey[] {
  let found: GroupKey[] | undefined;
  for (const { bit, paths, matchesFields } of keyed) {
    if (!matchesFields(event)) continue;
    const mark = markOf(event.traceId);
    for (const given of joinKeys(event, paths)) {
      const key = mark === "" ? given : given + mark;
      const known = found?.find((one) => one.key === key);
      if (known !== undefined) known.bits |= bit;
      else if (found === undefined) found = [{ key, bits: bit }];
      else found.push({ key, bits: bit });
    }
  }
  return found ?? NO_KEYS;
}

function newReader(paths: readonly FieldPath[]): Reader {
  const text = paths.map((path) => path.text).join("\n");
  const reader = sharedReaders.get(text) ?? { event: undefined, keys: [] };
  if (sharedReaders.size < SHARED_MAX) sharedReaders.set(text, reader);
  readers.set(paths, reader);
  return reader;
}

function keysOf(event: Event, paths: readonly FieldPath[]): string[] {
  let tuples: string[] = [""];
  for (const [at, path] of paths.entries()) {
    const values = [...new Set(readPath(event, path).filter(isScalar).map(String))];
    if (values.length === 0) return [];
    tuples = at === 0 ? values : tuples.flatMap((tuple) => values.map((value) => tuple + TUPLE_SEPARATOR + value));
    if (KEYS_PER_EVENT_MAX < tuples.length) tuples.length = KEYS_PER_EVENT_MAX;
  }
  return tuples;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
