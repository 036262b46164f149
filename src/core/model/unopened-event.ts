import { asideOf } from "./aside.ts";
import type { Event } from "./event.ts";
import { OwnText, type Payload, type PayloadBlock } from "./payload.ts";
import { shortHash, shortHashOfAscii } from "./short-hash.ts";
import type { DurationMs, EpochMs } from "./time.ts";

/** What is read of an event at once: where it belongs, and when it happened. */
export interface EventHead {
  readonly id: string;
  readonly traceId: string;
  readonly timeMs: EpochMs;
  readonly source: string;
  readonly type: string;
}

/** Reads a whole event of its text; what stands in the head is the same there. */
export type EventReader = (text: string, head: Omit<EventHead, "id">) => Event;

/** An ID of fewer characters is kept as its place times this, plus its length: a small integer. */
const PLACE = 4_096;

/**
 * An event that was checked, and of which only the head was read. Most windows never become a
 * candidate of any rule: their events are let go as they came. Windows hold them by the hundred
 * thousand, so each is one object, and its ID is made when somebody asks for it.
 */
export class UnopenedEvent implements EventHead {
  /** Who holds many events of one trace may give them one and the same text. */
  traceId: string;
  readonly timeMs: EpochMs;
  readonly source: string;
  readonly type: string;
  /** The ID, or until somebody asks for it its place in the payload and its length, in one number. */
  #id: string | number;
  readonly #idHash: number;
  #block: PayloadBlock;
  #from: number;
  #to: number;
  readonly #read: EventReader;

  /**
   * The payload is ASCII; the ID lies between two places of its block. `read` is shared by all events of
   * a decoder; it must not fail on a text whose head could be read.
   */
  constructor(
    payload: Payload,
    read: EventReader,
    head: Omit<EventHead, "id"> & { readonly idFrom: number; readonly idTo: number },
  ) {
    const { block, from, to } = payload;
    const { idFrom, idTo } = head;
    const chars = idTo - idFrom;
    this.traceId = head.traceId;
    this.timeMs = head.timeMs;
    this.source = head.source;
    this.type = head.type;
    this.#id = chars < PLACE ? (idFrom - from) * PLACE + chars : block.ascii(idFrom, idTo);
    this.#idHash = shortHashOfAscii(block.bytes, idFrom, idTo);
    this.#block = block;
    this.#from = from;
    this.#to = to;
    this.#read = read;
  }

  get id(): string {
    if (typeof this.#id === "string") return this.#id;
    const from = this.#from + Math.floor(this.#id / PLACE);
    this.#id = this.#block.ascii(from, from + (this.#id % PLACE));
    return this.#id;
  }

  /** Last known occurrence: what comes in one message happened once. */
  get lastMs(): EpochMs {
    return this.timeMs;
  }

  /** Reads the whole event; a new object each time. Throws where its block answers with another text than it had. */
  open(): Event {
    const event = this.#read(this.#block.text(this.#from, this.#to), this);
    if (event.timeMs === this.timeMs && shortHash(event.id) === this.#idHash) return event;
    throw new Error(`a log changed while it was read: where ${event.id} stands now, another event was; read a copy`);
  }

  /** Its ID by {@link shortHash}. */
  get idHash(): number {
    return this.#idHash;
  }

  /** Where its text is, and how far behind the text's beginning its ID; none once somebody has asked for the ID. */
  get payload(): (Payload & { readonly idAt: number; readonly idChars: number }) | undefined {
    if (typeof this.#id === "string") return undefined;
    const [idAt, idChars] = [Math.floor(this.#id / PLACE), this.#id % PLACE];
    return { block: this.#block, from: this.#from, to: this.#to, idAt, idChars };
  }

  /** Lets go of memory that it shares with other events. */
  detach(): void {
    if (!this.#block.isShared) return;
    this.#block = new OwnText(this.#block.text(this.#from, this.#to));
    this.#to -= this.#from;
    this.#from = 0;
  }
}

/** An event as a window holds it. */
export type HeldEvent = Event | UnopenedEvent;

/** The event itself, whichever way it is held. */
export function opened(event: HeldEvent): Event {
  return event instanceof UnopenedEvent ? event.open() : event;
}

/** The event, set aside for being so much behind its log: flagged, and in a trace of its own. */
export function setAside(held: HeldEvent, skewMs: DurationMs): Event {
  const event = opened(held);
  const attributes = { ...event.attributes, clockSkew: Math.round(skewMs) };
  return { ...event, traceId: asideOf(event.traceId), attributes };
}
