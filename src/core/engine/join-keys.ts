import { readPath, singleReader } from "../expression/read-path.ts";
import { markOf } from "../model/aside.ts";
import type { Event } from "../model/event.ts";
import type { FieldPath } from "../model/path.ts";
import type { JoinedType, KeyedTest } from "./rule-index.ts";

/** How many key tuples one event may have under one join; the rest join nothing. */
const KEYS_PER_EVENT_MAX = 64;

/** Separates the values of a key tuple; it cannot stand in a Kubernetes name. */
const TUPLE_SEPARATOR = "/";

const NO_TEXTS: readonly string[] = [];
const ONE_TUPLE: readonly string[] = [""];

/** Reads the scalars at one path, as texts, each once; those of the event that was asked about last are kept. */
class PathReader {
  readonly #path: FieldPath;
  readonly #single: ((subject: unknown) => unknown) | undefined;
  #event: Event | undefined = undefined;
  #texts: readonly string[] = NO_TEXTS;

  constructor(path: FieldPath) {
    this.#path = path;
    this.#single = singleReader(path);
  }

  textsOf(event: Event): readonly string[] {
    if (this.#event !== event) {
      this.#texts = this.#read(event);
      this.#event = event;
    }
    return this.#texts;
  }

  #read(event: Event): readonly string[] {
    const values = this.#single === undefined ? readPath(event, this.#path) : [this.#single(event)];
    if (values.length === 0) return NO_TEXTS;
    if (values.length === 1) return isScalar(values[0]) ? [String(values[0])] : NO_TEXTS;
    return [...new Set(values.filter(isScalar).map(String))];
  }
}

/**
 * Reads the key tuples of events by some paths, each as one text: one for each combination of its values.
 * What was read last is kept, as many rules join by the same paths and ask about one event in turn. Events
 * never change, so the answer depends on the event and the paths alone.
 */
export class KeyReader {
  readonly #paths: readonly PathReader[];
  #event: Event | undefined = undefined;
  #keys: readonly string[] = NO_TEXTS;
  #groupKeys: readonly string[] = NO_TEXTS;

  constructor(paths: readonly FieldPath[]) {
    this.#paths = paths.map((path) => shared(pathReaders, path.text, () => new PathReader(path)));
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
    this.#keys = this.#tuplesOf(event);
    this.#groupKeys = mark === "" ? this.#keys : this.#keys.map((key) => key + mark);
    this.#event = event;
  }

  #tuplesOf(event: Event): readonly string[] {
    let tuples = ONE_TUPLE;
    for (let at = 0; at < this.#paths.length; at++) {
      const texts = (this.#paths[at] as PathReader).textsOf(event);
      if (texts.length === 0) return NO_TEXTS;
      tuples = at === 0 ? texts : combined(tuples, texts);
      if (KEYS_PER_EVENT_MAX < tuples.length) tuples = tuples.slice(0, KEYS_PER_EVENT_MAX);
    }
    return tuples;
  }
}

function combined(tuples: readonly string[], texts: readonly string[]): readonly string[] {
  if (tuples.length === 1 && texts.length === 1) return [`${tuples[0]}${TUPLE_SEPARATOR}${texts[0]}`];
  return tuples.flatMap((tuple) => texts.map((text) => tuple + TUPLE_SEPARATOR + text));
}

/** Readers of single paths, and of the paths of a key, that many rules share: by the text of the paths. */
const pathReaders = new Map<string, PathReader>();
const keyReaders = new Map<string, KeyReader>();
/** Texts kept of each; there are as many as different joins. */
const SHARED_MAX = 10_000;

function shared<T>(readers: Map<string, T>, text: string, make: () => T): T {
  const known = readers.get(text);
  if (known !== undefined) return known;
  const made = make();
  if (readers.size < SHARED_MAX) readers.set(text, made);
  return made;
}

const byPaths = new WeakMap<readonly FieldPath[], KeyReader>();

/** The reader of these paths: one and the same for all rules that join by them. */
export function keyReader(paths: readonly FieldPath[]): KeyReader {
  const known = byPaths.get(paths);
  if (known !== undefined) return known;
  const text = paths.map((path) => path.text).join("\n");
  const reader = shared(keyReaders, text, () => new KeyReader(paths));
  byPaths.set(paths, reader);
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
  for (let at = 0; at < keyed.length; at++) {
    const { bit, reader, matchesFields } = keyed[at] as KeyedTest;
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

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
