import type { Decoded, Event, LeftOut } from "../model/event.ts";
import { invariant } from "../model/invariant.ts";
import type { OwnersData } from "../model/owners.ts";
import type { Payload } from "../model/payload.ts";
import type { UnopenedEvent } from "../model/unopened-event.ts";
import { decodeAudit, isAudit } from "./audit/audit.ts";
import { decodeAdmission, isAdmissionReview } from "./collectors/admission.ts";
import { decodeAlertmanager, isAlertmanager } from "./collectors/alertmanager.ts";
import { decodeCloudEvent, isCloudEvent } from "./collectors/cloud-event.ts";
import { decodeFalco, isFalco } from "./collectors/falco.ts";
import { decodeHubble, isHubble } from "./collectors/hubble.ts";
import { decodeLogLine, isLogLine } from "./collectors/log-line.ts";
import { decodeOccurrence, isOccurrence } from "./collectors/occurrence.ts";
import { decodeOtlp, isOtlp } from "./collectors/otlp.ts";
import { decodeTetragon, isTetragon } from "./collectors/tetragon.ts";
import { asObject, asText, type JsonObject, nestsDeeper } from "./json.ts";
import { decodeKubernetesEvent, isKubernetesEvent } from "./kubernetes-event.ts";
import { nameOf } from "./kubernetes-object.ts";
import { DEPTH_MAX, decodeNative, EVENT_CHARS_MAX, isNativeEvent } from "./native-event.ts";
import type { WatchType } from "./objects/changes.ts";
import { decodeObjectVersion, isKubernetesObject } from "./objects/decode-object.ts";
import { decodePod, isPod } from "./pod.ts";
import { Memory, type Reading } from "./reading.ts";
import { maskDecoded } from "./secrets/mask-event.ts";
import { shapeOf } from "./shape.ts";
import { NativeSkimmer } from "./skim-native.ts";

/** What came beside a payload. */
export interface DecodeHints {
  /** W3C `traceparent` header. */
  readonly traceparent?: string;
  /** Place in the log; always grows. */
  readonly position?: number;
}

/** Foreign payloads are: an object of Kubernetes, with its managed fields and inside an audit event. */
const OBJECT_CHARS_MAX = 4 * 1024 * 1024;

/**
 * Turns payloads into events, whatever known shape they have: told apart by shape, never by name.
 * It learns from what it reads (who owns whom), in bounded memory. It never throws.
 */
export class Decoder {
  readonly #cluster: string | undefined;
  readonly #memory: Memory;
  readonly #skimmer = new NativeSkimmer((text) => this.readSkimmed(text));
  readonly #eventCharsMax: number;

  /** `cluster` is written into events that do not say theirs; `memoryMax` bounds what is remembered of objects. */
  constructor(
    options: {
      readonly cluster?: string | undefined;
      readonly memoryMax?: number | undefined;
      readonly eventCharsMax?: number | undefined;
    } = {},
  ) {
    this.#cluster = options.cluster;
    this.#memory = new Memory(options.memoryMax);
    this.#eventCharsMax = options.eventCharsMax ?? EVENT_CHARS_MAX;
  }

  /**
   * The event of a payload, checked but unopened; `undefined` for all that has to be decoded. The hot
   * path: {@link decodeText} would give the same event.
   */
  skim(payload: Payload): UnopenedEvent | undefined {
    return this.#eventCharsMax < payload.to - payload.from ? undefined : this.#skimmer.skim(payload);
  }

  /** Who owns whom, as far as it was learned before this place of the log; asked of a later place each time. */
  ownersBefore(position: number): OwnersData {
    return this.#memory.ownership.before(position);
  }

  /** Knows those owners from the start. */
  recallOwners(owners: OwnersData): void {
    this.#memory.ownership.recall(owners);
  }

  /** Decodes one JSON text: an event, an object, a watch envelope, or a list of them. */
  decodeText(text: string, hints: DecodeHints = {}): Decoded {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { outcome: "rejected", reason: `not JSON: ${withoutSource((error as Error).message)}` };
    }
    if (this.#eventCharsMax < text.length && itemsOf(value) === undefined) {
      const object = asObject(value);
      const most = object === undefined || isNativeEvent(object) ? this.#eventCharsMax : OBJECT_CHARS_MAX;
      if (most < text.length) {
        return { outcome: "rejected", reason: `one event of ${text.length} characters; the most is ${most}` };
      }
    }
    return this.decodeValue(value, hints);
  }

  /** Decodes one JSON value. The event keeps parts of it: leave it unchanged. No secret leaves it. */
  decodeValue(value: unknown, hints: DecodeHints = {}): Decoded {
    if (hints.position !== undefined) this.#memory.ownership.position = hints.position;
    const reading = { cluster: this.#cluster, traceparent: hints.traceparent, memory: this.#memory };
    const items = itemsOf(value);
    return maskDecoded(items === undefined ? decodeOne(value, reading) : this.#decodeItems(items, reading));
  }

  /** The event of a text that could be skimmed. */
  readSkimmed(text: string): Event {
    const decoded = this.decodeText(text);
    const event = decoded.outcome === "events" ? decoded.events[0] : undefined;
    invariant(event !== undefined, "a text that could be skimmed can be decoded");
    return event;
  }

  /** A list is a snapshot: what any of its items teaches is learned before the first is decoded. */
  #decodeItems(items: readonly unknown[], reading: Reading): Decoded {
    for (const item of items) learn(item, this.#memory);
    const events: Event[] = [];
    const leftOut: (LeftOut & { item: number })[] = [];
    for (const [at, item] of items.entries()) {
      const decoded = decodeOne(item, reading);
      if (decoded.outcome === "events") events.push(...decoded.events);
      else leftOut.push({ ...decoded, item: at + 1 });
    }
    return leftOut.length === 0 ? { outcome: "events", events } : { outcome: "events", events, leftOut };
  }
}

/** The parser's message without the piece of the text that it quotes, in which a secret may be cut in two. */
function withoutSource(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*$/s, "").slice(0, 120);
}

/** The items of a JSON array or of a Kubernetes list; `undefined` for anything else. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  const object = asObject(value);
  const items = object?.["items"];
  if (!Array.isArray(items) || asText(object?.["kind"])?.endsWith("List") !== true) return undefined;
  const kind = asText(object?.["kind"])?.slice(0, -4);
  // The items of a typed list do not repeat their kind.
  if (kind === undefined || kind === "") return items;
  return items.map((item) =>
    asObject(item) === undefined ? item : { kind, apiVersion: object?.["apiVersion"], ...item },
  );
}

function learn(item: unknown, { ownership }: Memory): void {
  const object = asObject(item);
  const metadata = asObject(object?.["metadata"]);
  const about = nameOf(asObject(object?.["involvedObject"] ?? object?.["regarding"]));
  if (object === undefined) return;
  if (about !== undefined) {
    const message = asText(object["message"]) ?? asText(object["note"]) ?? "";
    ownership.learnEvent(about, asText(object["reason"]) ?? "", message);
    return;
  }
  const name = nameOf(object, metadata);
  if (name !== undefined && metadata !== undefined) ownership.learnReferences(name, metadata);
}

function decodeOne(value: unknown, reading: Reading): Decoded {
  const object = asObject(value);
  if (object === undefined) return { outcome: "rejected", reason: `an event is a JSON object, not ${kindOf(value)}` };
  if (isNativeEvent(object)) return nestsDeeper(object, DEPTH_MAX) ? tooDeep() : decodeOwn(object, reading);
  const watched = asObject(object["object"]);
  if (watched !== undefined) return decodeWatched(object, watched, reading);
  const recorded = asObject(object["body"]);
  return recorded === undefined ? decodeByShape(object, undefined, reading) : decodeRecorded(object, recorded, reading);
}

/** An event of this project, or of the agents that it grew from. */
function decodeOwn(object: JsonObject, reading: Reading): Decoded {
  return isOccurrence(object) ? decodeOccurrence(object, reading) : decodeNative(object, reading);
}

const WATCH_TYPES = new Set(["ADDED", "MODIFIED", "DELETED", "SYNC"]);

function decodeWatched(envelope: JsonObject, object: JsonObject, reading: Reading): Decoded {
  const type = envelope["type"];
  if (type === "BOOKMARK") return { outcome: "filtered", reason: "a watch's bookmark" };
  if (type === "ERROR") return { outcome: "filtered", reason: "a watch's error message" };
  if (typeof type !== "string" || !WATCH_TYPES.has(type)) return { outcome: "unknown", shape: shapeOf(envelope) };
  return decodeByShape(object, type === "SYNC" ? undefined : (type as WatchType), reading);
}

/** A webhook's request as it was recorded: what counts is its body. */
function decodeRecorded(request: JsonObject, body: JsonObject, reading: Reading): Decoded {
  const traceparent = asText(asObject(request["headers"])?.["traceparent"]) ?? reading.traceparent;
  if (isAdmissionReview(body)) return decodeAdmission(body, request["receivedAt"], { ...reading, traceparent });
  return decodeByShape(body, undefined, { ...reading, traceparent });
}

interface Format {
  readonly is: (value: JsonObject) => boolean;
  readonly decode: (value: JsonObject, reading: Reading) => Decoded;
}

/** Every format that is told by its own keys; the first that fits decodes. */
const FORMATS: readonly Format[] = [
  { is: isCloudEvent, decode: (value, reading) => decodeCloudEvent(value, reading, decodeByShape) },
  { is: isHubble, decode: decodeHubble },
  { is: isTetragon, decode: decodeTetragon },
  { is: isFalco, decode: decodeFalco },
  { is: isAlertmanager, decode: decodeAlertmanager },
  { is: isOtlp, decode: decodeOtlp },
  { is: isAdmissionReview, decode: (value, reading) => decodeAdmission(value, undefined, reading) },
  { is: isLogLine, decode: decodeLogLine },
];

/** Kubernetes objects, Events too, are large and never walked as a whole; what may be walked must not be too deep. */
function decodeByShape(object: JsonObject, watch: WatchType, reading: Reading): Decoded {
  if (isAudit(object)) return decodeAudit(object, reading);
  if (isPod(object)) return decodePod(object, reading, watch === "DELETED");
  if (isKubernetesEvent(object) && !isCloudEvent(object)) {
    if (watch === "DELETED") return { outcome: "filtered", reason: "an Event object that expired" };
    return decodeKubernetesEvent(object, reading);
  }
  const format = FORMATS.find(({ is }) => is(object));
  if (format !== undefined) return nestsDeeper(object, DEPTH_MAX) ? tooDeep() : format.decode(object, reading);
  return isKubernetesObject(object)
    ? decodeObjectVersion(object, watch, reading)
    : { outcome: "unknown", shape: shapeOf(object) };
}

function tooDeep(): Decoded {
  return { outcome: "rejected", reason: `nested deeper than ${DEPTH_MAX} levels` };
}

function kindOf(value: unknown): string {
  return value === null ? "null" : `a ${typeof value}`;
}
