import { type Event, SEVERITIES, TRACE_ORIGINS } from "../model/event.ts";
import type { Payload, PayloadBlock } from "../model/payload.ts";
import { UnopenedEvent } from "../model/unopened-event.ts";
import { readMs } from "./fast-time.ts";
import { FieldNames } from "./field-names.ts";
import { afterName, afterSpace, afterString, afterValue, endOfPlain } from "./json-bytes.ts";
import { KnownWords } from "./known-words.ts";
import { DEPTH_MAX, EVENT_CHARS_MAX, isSource, isType } from "./native-event.ts";

/**
 * The fields of a native event, a bit each; a payload with any other is read whole. `lastTime` is such
 * a one: what stands for several occurrences is rare, and its end is not in the head.
 */
const Field = {
  id: 1,
  traceId: 2,
  time: 4,
  source: 8,
  type: 16,
  entity: 32,
  severity: 64,
  reason: 128,
  message: 256,
  related: 512,
  actor: 1024,
  count: 2048,
  attributes: 4096,
  traceOrigin: 8192,
} as const;

const REQUIRED = Field.id | Field.traceId | Field.time | Field.source | Field.type | Field.entity;

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;

/** The fields of an entity that have to be there, a bit each. */
const Named = { kind: 1, name: 2, role: 4 } as const;

const FIELDS = new FieldNames(Field);
const NAMED = new FieldNames(Named);
const sources = new KnownWords(isSource);
const types = new KnownWords(isType);
const origins = new KnownWords((word) => (TRACE_ORIGINS as readonly string[]).includes(word));
const severities = new KnownWords((word) => (SEVERITIES as readonly string[]).includes(word));

/**
 * Checks the payload of a native event with an explicit trace in one pass, without making an object of
 * it, and reads its head. Answers `undefined` for all else, and wherever it is in doubt: characters that
 * are not ASCII, escapes in the head, a field that it does not know or that stands twice, anything
 * wrong. Such a payload is read whole, and the reader of the whole says what is wrong with it.
 */
export class NativeSkimmer {
  readonly #read: (text: string) => Event;
  #idFrom = 0;
  #idTo = 0;
  #traceId = "";
  #timeMs = 0;
  #source = "";
  #type = "";

  /** `read` reads the text of such a payload. */
  constructor(read: (text: string) => Event) {
    this.#read = read;
  }

  /** The event that the payload holds, unopened. */
  skim(payload: Payload): UnopenedEvent | undefined {
    const { from, to } = payload;
    const { bytes } = payload.block;
    if (EVENT_CHARS_MAX < to - from || bytes[from] !== OPEN) return undefined;
    let at = from;
    let seen = 0;
    do {
      at = afterSpace(bytes, at + 1);
      const field = FIELDS.at(bytes, at);
      if (field === 0 || (seen & field) !== 0) return undefined;
      seen |= field;
      at = this.#afterField(payload.block, field, afterName(bytes, at));
      if (at < 0) return undefined;
      at = afterSpace(bytes, at);
    } while (bytes[at] === COMMA);
    if (bytes[at] !== CLOSE || at + 1 !== to || (seen & REQUIRED) !== REQUIRED) return undefined;
    return new UnopenedEvent(payload, this.#read, {
      idFrom: this.#idFrom,
      idTo: this.#idTo,
      traceId: this.#traceId,
      timeMs: this.#timeMs,
      source: this.#source,
      type: this.#type,
    });
  }

  /** Behind the value of a field that begins here; -1 where the field is not as it has to be. */
  #afterField(block: PayloadBlock, field: number, at: number): number {
    const { bytes } = block;
    const code = bytes[at];
    switch (field) {
      case Field.entity:
        return code === OPEN ? afterEntity(bytes, at, Named.kind | Named.name, DEPTH_MAX - 2) : -1;
      case Field.attributes:
      case Field.actor:
        return code === OPEN ? afterValue(bytes, at, DEPTH_MAX - 1) : -1;
      case Field.related:
        return code === OPEN_LIST ? afterRelated(bytes, at) : -1;
      case Field.message:
      case Field.reason:
        return code === QUOTE ? afterString(bytes, at + 1) : -1;
      case Field.count:
        return afterCount(bytes, at);
      default:
        return code === QUOTE ? this.#afterHead(block, field, at + 1) : -1;
    }
  }

  /** The same for a text of the head, from behind its opening quote. */
  #afterHead(block: PayloadBlock, field: number, from: number): number {
    const end = endOfPlain(block.bytes, from);
    if (end <= from) return -1;
    switch (field) {
      case Field.id:
        this.#idFrom = from;
        this.#idTo = end;
        return end + 1;
      case Field.traceId:
        this.#traceId = block.ascii(from, end);
        return end + 1;
      case Field.time:
        this.#timeMs = readMs(block, from, end) ?? Number.NaN;
        return Number.isNaN(this.#timeMs) ? -1 : end + 1;
      case Field.source:
        this.#source = sources.find(block, from, end) ?? "";
        return this.#source === "" ? -1 : end + 1;
      case Field.type:
        this.#type = types.find(block, from, end) ?? "";
        return this.#type === "" ? -1 : end + 1;
      case Field.traceOrigin:
        return origins.find(block, from, end) === undefined ? -1 : end + 1;
      default:
        return severities.find(block, from, end) === undefined ? -1 : end + 1;
    }
  }
}

/** Behind an object in which each of the `needed` fields stands once, with a text that is not empty. */
function afterEntity(bytes: Uint8Array, from: number, needed: number, depthMax: number): number {
  let at = from;
  let seen = 0;
  do {
    at = afterSpace(bytes, at + 1);
    const named = NAMED.at(bytes, at) & needed;
    at = afterName(bytes, at);
    if (at < 0 || (seen & named) !== 0) return -1;
    if (named !== 0 && (bytes[at] !== QUOTE || bytes[at + 1] === QUOTE)) return -1;
    seen |= named;
    at = afterValue(bytes, at, depthMax);
    if (at < 0) return -1;
    at = afterSpace(bytes, at);
  } while (bytes[at] === COMMA);
  return bytes[at] === CLOSE && seen === needed ? at + 1 : -1;
}

/** Behind a list of one or more related entities. */
function afterRelated(bytes: Uint8Array, from: number): number {
  let at = from;
  do {
    at = afterSpace(bytes, at + 1);
    if (bytes[at] !== OPEN) return -1;
    at = afterEntity(bytes, at, Named.kind | Named.name | Named.role, DEPTH_MAX - 3);
    if (at < 0) return -1;
    at = afterSpace(bytes, at);
  } while (bytes[at] === COMMA);
  return bytes[at] === CLOSE_LIST ? at + 1 : -1;
}

/** Behind a whole number from 1, of so few digits that it is exact. */
function afterCount(bytes: Uint8Array, from: number): number {
  const isDigit = (code: number | undefined): boolean => code !== undefined && 48 <= code && code <= 57;
  if (!isDigit(bytes[from]) || bytes[from] === 48) return -1;
  let at = from + 1;
  while (isDigit(bytes[at])) at++;
  const goesOn = bytes[at] === 46 || bytes[at] === 101 || bytes[at] === 69;
  return goesOn || 15 < at - from ? -1 : at;
}
