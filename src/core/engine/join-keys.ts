import { readPath } from "../expression/read-path.ts";
import { markOf } from "../model/aside.ts";
import type { Event } from "../model/event.ts";
import type { FieldPath } from "../model/path.ts";
import type { Join } from "../model/rule.ts";
import type { CompiledRule } from "./compiled-rule.ts";

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

const NO_KEYS: ReadonlyMap<string, number> = new Map();

/** The group keys of an event under one rule, each with the bits of the steps it may fill there. */
export function groupKeys(rule: CompiledRule, join: Join, mask: number, event: Event): ReadonlyMap<string, number> {
  let bitsByKey: Map<string, number> | undefined;
  const mark = markOf(event.traceId);
  const note = (paths: readonly FieldPath[], bit: number): void => {
    for (const given of joinKeys(event, paths)) {
      const key = mark === "" ? given : given + mark;
      bitsByKey ??= new Map();
      bitsByKey.set(key, (bitsByKey.get(key) ?? 0) | (1 << bit));
    }
  };
  for (const step of mask === 0 ? [] : rule.steps) {
    const paths = join.keys[step.step.as];
    if (paths !== undefined && (mask & (1 << step.index)) !== 0 && step.matchesFields(event)) note(paths, step.index);
  }
  for (const { absence, bitIndex, matchesType, matchesFields } of rule.absences) {
    const paths = join.keys[absence.as];
    if (paths !== undefined && matchesType(event.type) && matchesFields(event)) note(paths, bitIndex);
  }
  return bitsByKey ?? NO_KEYS;
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
