import type { Event } from "../model/event.ts";
import { shortHash } from "../model/short-hash.ts";
import type { EpochMs } from "../model/time.ts";
import { type EventHead, type HeldEvent, opened, UnopenedEvent } from "../model/unopened-event.ts";
import type { CompiledTest } from "./compiled-rule.ts";
import { grown } from "./grown.ts";
import { mergeVersions } from "./merge-versions.ts";
import { share } from "./share.ts";
import { sortShort } from "./sort-short.ts";

/** An event as it was held, and as it is held now that another version of it has come. */
export interface Versions {
  readonly before: Event;
  readonly held: Event;
}

/** From how many events on duplicate ids are looked up in a map. */
const INDEX_FROM = 16;

/**
 * The events of a window: each id once, at most so many, and opened only where somebody looks. Which
 * ones are opened, and when, changes nothing but the memory that they take.
 */
export class HeldEvents {
  firstEventMs: EpochMs = Number.POSITIVE_INFINITY;
  lastEventMs: EpochMs = Number.NEGATIVE_INFINITY;
  /** Events that came, duplicates not counted; `dropped` of them are no longer held. */
  total = 0;
  dropped = 0;
  /** A later version of an event had another type. */
  retyped = false;
  #held: HeldEvent[] = [];
  /** From here on events may be unopened. */
  #openedTo = 0;
  /** A bit for the hash of each id that was added: where it is not set, the id is new. */
  #bits = 0;
  #byId: Map<string, number> | undefined = undefined;

  /** The events that it holds, opened. */
  get events(): readonly Event[] {
    const held = this.#held;
    for (let at = this.#openedTo; at < held.length; at++) this.#open(at);
    this.#openedTo = held.length;
    return held as Event[];
  }

  /** The heads of the events that it holds, in the same order. */
  get heads(): readonly EventHead[] {
    return this.#held;
  }

  /** How many events it holds. */
  get size(): number {
    return this.#held.length;
  }

  /**
   * Adds an event. The same id counts once: of two versions of one event the merged one stays.
   * Answers `added`, `same`, or both versions where it told more than before.
   */
  add(event: HeldEvent, eventsMax: number): "added" | "same" | Versions {
    const hash = hashIn(event);
    const at = this.#find(event, hash);
    if (0 <= at) return this.#merge(at, opened(event));
    this.total++;
    this.#bits |= 1 << (hash & 31);
    this.#span(event);
    if (eventsMax <= this.#held.length) this.#makeRoom(eventsMax);
    this.#byId?.set(event.id, this.#held.length);
    this.#held = grown(this.#held, event);
    if (this.#byId === undefined && INDEX_FROM < this.#held.length) this.#index();
    return "added";
  }

  /** The event with this ID, as it is held. */
  find(id: string): Event | undefined {
    const at = this.#find({ id }, hashOf(id));
    return at < 0 ? undefined : this.#open(at);
  }

  /** The version of an event that it holds. */
  versionOf(event: HeldEvent): Event | undefined {
    const at = this.#find(event, hashIn(event));
    return at < 0 ? undefined : this.#open(at);
  }

  /** The events that pass a test; only those of a fitting type are opened. */
  passing({ matchesType, matchesFields }: CompiledTest): Event[] {
    const found: Event[] = [];
    for (let at = 0; at < this.#held.length; at++) {
      if (!matchesType((this.#held[at] as HeldEvent).type)) continue;
      const event = this.#open(at);
      if (matchesFields(event)) found.push(event);
    }
    return found;
  }

  /** Puts a version of an event in the place of one that it holds, and that tells of no other time; else answers false. */
  replace(event: Event): boolean {
    const at = this.#find(event, hashIn(event));
    const held = this.#held[at];
    if (held === undefined || 0 < this.dropped) return false;
    if (opened(held).timeMs < event.timeMs || event.lastMs < opened(held).lastMs) return false;
    this.#held[at] = event;
    this.#span(event);
    return true;
  }

  /** Takes an event out of a join group again: a story's, or one whose newer version does not belong there. */
  remove(id: string): boolean {
    const at = this.#find({ id }, hashOf(id));
    if (at < 0) return false;
    this.#held.splice(at, 1);
    this.#openedTo = 0;
    this.firstEventMs = Number.POSITIVE_INFINITY;
    this.lastEventMs = Number.NEGATIVE_INFINITY;
    for (const event of this.#held) this.#span(event);
    this.total--;
    if (this.#byId !== undefined) this.#index();
    return true;
  }

  /** Lets go of the memory that unopened events share with their neighbours in the log. */
  detach(): void {
    for (let at = this.#openedTo; at < this.#held.length; at++) {
      const event = this.#held[at];
      if (event instanceof UnopenedEvent) event.detach();
    }
  }

  #open(at: number): Event {
    const held = this.#held[at] as HeldEvent;
    if (!(held instanceof UnopenedEvent)) return held;
    // Thousands of windows are remembered, and most are about one entity: it is held once.
    const near = this.#held[at === 0 ? 1 : at - 1];
    const event = held.open();
    if (near !== undefined && !(near instanceof UnopenedEvent)) share(event, near);
    this.#held[at] = event;
    return event;
  }

  #merge(at: number, event: Event): Versions | "same" {
    const before = this.#open(at);
    const held = mergeVersions(before, event);
    if (held === before) return "same";
    this.#held[at] = held;
    this.retyped ||= held.type !== before.type;
    this.#span(held);
    return { before, held };
  }

  /** Where the event with this ID is, by the hash of it; unopened ones are asked for their ID only where that is the same. */
  #find(wanted: Pick<EventHead, "id">, hash: number): number {
    if ((this.#bits & (1 << (hash & 31))) === 0) return -1;
    if (this.#byId !== undefined) return this.#byId.get(wanted.id) ?? -1;
    const held = this.#held;
    for (let at = 0; at < held.length; at++) {
      const other = held[at] as HeldEvent;
      if (other instanceof UnopenedEvent && other.idHash !== hash) continue;
      if (other.id === wanted.id) return at;
    }
    return -1;
  }

  #span(event: HeldEvent): void {
    if (event.timeMs < this.firstEventMs) this.firstEventMs = event.timeMs;
    if (this.lastEventMs < event.lastMs) this.lastEventMs = event.lastMs;
  }

  /** Keeps the first and the last halves, by (event time, id); the middle is only counted. */
  #makeRoom(eventsMax: number): void {
    this.#held.sort(byTimeThenId);
    this.#openedTo = 0;
    this.#held.splice(eventsMax >> 1, 1);
    this.dropped++;
    this.#index();
  }

  #index(): void {
    this.#byId = new Map(this.#held.map(({ id }, at) => [id, at]));
  }
}

/** The ID that was hashed last, and its hash: one event is put into many windows in turn. */
let lastId = "";
let lastHash = shortHash(lastId);

function hashOf(id: string): number {
  if (id !== lastId) [lastId, lastHash] = [id, shortHash(id)];
  return lastHash;
}

function hashIn(event: HeldEvent): number {
  return event instanceof UnopenedEvent ? event.idHash : hashOf(event.id);
}

/** Orders events by (event time, id): the order of every choice in the engine. */
export function byTimeThenId(a: Pick<EventHead, "id" | "timeMs">, b: Pick<EventHead, "id" | "timeMs">): number {
  return a.timeMs - b.timeMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Puts events into their order, in place. */
export function sortEvents(events: Event[]): Event[] {
  return sortShort(events, byTimeThenId);
}
