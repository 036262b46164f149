import { readPath } from "../expression/read-path.ts";
import { markOf } from "../model/aside.ts";
import type { Event } from "../model/event.ts";
import type { FieldPath } from "../model/path.ts";
import type { JoinedType } from "./rule-index.ts";

/** How many key tuples one event may have under one join; the rest join nothing. */
const KEYS_PER_EVENT_MAX = 64;

/** Separates the values of a key tuple; it cannot stand in a Kubernetes name. */
const TUPLE_SEPARATOR = "/";

const NO_TEXTS: readonly string[] = [];
const ONE_TUPLE: readonly string[] = [""];

/**
 * Reads the key tuples of events by some paths, each as one text: one for each combination of its values.
 * What was read last is kept, as many rules join by the same paths and ask about one event in turn. Events
 * never change, so the answer depends on the event and the paths alone.
 */
export class KeyReader {
  readonly #paths: readonly FieldPath[];
  #event: Event | undefined = undefined;
  #keys: readonly string[] = NO_TEXTS;
  #groupKeys: readonly string[] = NO_TEXTS;

  constructor(paths: readonly FieldPath[]) {
    this.#paths = paths;
  }

  /** The keys as the event gives them. */
  keysOf(event: Event): readonly string[] {
    if (this.#event !== event) this.#read(event);
    return this.#keys;
  }

  /** The keys of the groups that the event belongs to: events that are set aside have their own. */
  groupKeysOf(event: Event): readonly string[] {
    if (this.#event !== event) this.#read(event);
    return this.#groupKeys;
  }

  #read(event: Event): void {
    const mark = markOf(event.traceId);
    this.#keys = keysOf(event, this.#paths);
    this.#groupKeys = mark === "" ? this.#keys : this.#keys.map((key) => key + mark);
    this.#event = event;
  }
}

const readers = new WeakMap<readonly FieldPath[], KeyReader>();
/** Those of many rules, by the text of their paths. */
const sharedReaders = new Map<string, KeyReader>();
/** Texts kept; there are as many as different joins. */
const SHARED_MAX = 10_000;

/** The reader of these paths: one and the same for all rules that join by them. */
export function keyReader(paths: readonly FieldPath[]): KeyReader {
  const known = readers.get(paths);
  if (known !== undefined) return known;
  const text = paths.map((path) => path.text).join("\n");
  const reader = sharedReaders.get(text) ?? new KeyReader(paths);
  if (sharedReaders.size < SHARED_MAX) sharedReaders.set(text, reader);
  readers.set(paths, reader);
  return reader;
}

/** The key tuples of an event, as it gives them. */
export function joinKeys(event: Event, paths: readonly FieldPath[]): readonly string[] {
  return keyReader(paths).keysOf(event);
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
  for (const { bit, reader, matchesFields } of keyed) {
    // Keys that were read are known; a test has to be run.
    const keys = reader.groupKeysOf(event);
    if (keys.length === 0 || !matchesFields(event)) continue;
    for (const key of keys) {
      const known = found?.find((one) => one.key === key);
      if (known !== undefined) known.bits |= bit;
      else if (found === undefined) found = [{ key, bits: bit }];
      else found.push({ key, bits: bit });
    }
  }
  return found ?? NO_KEYS;
}

function keysOf(event: Event, paths: readonly FieldPath[]): readonly string[] {
  let tuples = ONE_TUPLE;
  for (let at = 0; at < paths.length; at++) {
    const values = textsAt(event, paths[at] as FieldPath);
    if (values.length === 0) return NO_TEXTS;
    tuples = at === 0 ? values : combined(tuples, values);
    if (KEYS_PER_EVENT_MAX < tuples.length) tuples = tuples.slice(0, KEYS_PER_EVENT_MAX);
  }
  return tuples;
}

/** The scalars at a path as texts, each once. */
function textsAt(event: Event, path: FieldPath): readonly string[] {
  const values = readPath(event, path);
  if (values.length === 0) return NO_TEXTS;
  if (values.length === 1) return isScalar(values[0]) ? [String(values[0])] : NO_TEXTS;
  return [...new Set(values.filter(isScalar).map(String))];
}

function combined(tuples: readonly string[], values: readonly string[]): readonly string[] {
  if (tuples.length === 1 && values.length === 1) return [`${tuples[0]}${TUPLE_SEPARATOR}${values[0]}`];
  return tuples.flatMap((tuple) => values.map((value) => tuple + TUPLE_SEPARATOR + value));
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
