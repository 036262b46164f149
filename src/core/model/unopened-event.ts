import type { Event } from "./event.ts";
import type { Payload } from "./payload.ts";
import type { EpochMs } from "./time.ts";

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
  readonly traceId: string;
  readonly timeMs: EpochMs;
  readonly source: string;
  readonly type: string;
  readonly #payload: Payload;
  readonly #read: (text: string) => Event;

  /** `read` is shared by all events of a decoder; it must not fail on a text whose head could be read. */
  constructor(head: EventHead, payload: Payload, read: (text: string) => Event) {
    this.id = head.id;
    this.traceId = head.traceId;
    this.timeMs = head.timeMs;
    this.source = head.source;
    this.type = head.type;
    this.#payload = payload;
    this.#read = read;
  }

  /** Last known occurrence: what comes in one message happened once. */
  get lastMs(): EpochMs {
    return this.timeMs;
  }

  /** Reads the whole event; a new object each time. */
  open(): Event {
    return this.#read(this.#payload.text);
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
