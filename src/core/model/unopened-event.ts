import { asideOf } from "./aside.ts";
import type { Event } from "./event.ts";
import type { Payload } from "./payload.ts";
import type { DurationMs, EpochMs } from "./time.ts";

/** What is read of an event at once: where it belongs, and when it happened. */
export interface EventHead {
  readonly id: string;
  readonly traceId: string;
  readonly timeMs: EpochMs;
  readonly source: string;
  readonly type: string;
}

/**
 * An event that was checked, and of which only the head was read. Most windows never become a
 * candidate of any rule: their events are let go as they came.
 */
export class UnopenedEvent implements EventHead {
  readonly id: string;
  /** Who holds many events of one trace may give them one and the same text. */
  traceId: string;
  readonly timeMs: EpochMs;
  readonly source: string;
  readonly type: string;
  readonly #payload: Payload;
  readonly #read: (text: string) => Event;
  /** Set aside, for being so much behind its log; 0 if it is not. */
  readonly #skewMs: DurationMs;

  /** `read` is shared by all events of a decoder; it must not fail on a text whose head could be read. */
  constructor(head: EventHead, payload: Payload, read: (text: string) => Event, skewMs: DurationMs = 0) {
    this.id = head.id;
    this.traceId = head.traceId;
    this.timeMs = head.timeMs;
    this.source = head.source;
    this.type = head.type;
    this.#payload = payload;
    this.#read = read;
    this.#skewMs = skewMs;
  }

  /** Last known occurrence: what comes in one message happened once. */
  get lastMs(): EpochMs {
    return this.timeMs;
  }

  /** Reads the whole event; a new object each time. */
  open(): Event {
    const event = this.#read(this.#payload.text);
    return this.#skewMs === 0 ? event : flaggedAside(event, this.traceId, this.#skewMs);
  }

  /** The same event, set aside. */
  aside(skewMs: DurationMs): UnopenedEvent {
    const { id, timeMs, source, type } = this;
    const head = { id, traceId: asideOf(this.traceId), timeMs, source, type };
    return new UnopenedEvent(head, this.#payload, this.#read, skewMs);
  }

  /** Lets go of memory that it shares with other events. */
  detach(): void {
    this.#payload.detach();
  }
}

/** An event as a window holds it. */
export type HeldEvent = Event | UnopenedEvent;

/** The event itself, whichever way it is held. */
export function opened(event: HeldEvent): Event {
  return event instanceof UnopenedEvent ? event.open() : event;
}

/** The event, set aside for being so much behind its log: flagged, and in a trace of its own. */
export function setAside(event: HeldEvent, skewMs: DurationMs): HeldEvent {
  return event instanceof UnopenedEvent ? event.aside(skewMs) : flaggedAside(event, asideOf(event.traceId), skewMs);
}

function flaggedAside(event: Event, traceId: string, skewMs: DurationMs): Event {
  return { ...event, traceId, attributes: { ...event.attributes, clockSkew: Math.round(skewMs) } };
}
