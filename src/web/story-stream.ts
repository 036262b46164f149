import { randomUUID } from "node:crypto";
import type { Story } from "../core/model/story.ts";
import type { StoryBoard } from "./story-board.ts";
import { rowOf } from "./story-row.ts";

/** Somebody who reads along: where server-sent events go. */
export interface Listener {
  send(text: string): void;
  /** Bytes that were sent and not taken yet. */
  readonly waitingBytes: number;
  /** Ends it from this side. */
  drop(): void;
}

export interface StoryStreamOptions {
  readonly board: StoryBoard;
  /** How the service does, sent with every beat. */
  readonly state: () => object;
  readonly listenersMax?: number;
  readonly beatEveryMs?: number;
  readonly waitingBytesMax?: number;
}

const LISTENERS_MAX = 64;
/** Often enough that proxies take the connection for a living one. */
const BEAT_EVERY_MS = 5_000;
/** A story may be revised many times a second; a reader sees no more than this. */
const CHANGES_EVERY_MS = 200;
/** Ten lists of a thousand rows: who leaves that much lying is gone, or will never catch up. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
/** How long a browser waits before it connects again. */
const RETRY_MS = 2_000;

/**
 * The board as server-sent events: `list`, everything, at first; `stories`, what changed; `state`, how
 * the service does, with every beat. Who comes back with the id of the last event gets what changed since.
 */
export class StoryStream {
  readonly #options: Required<StoryStreamOptions>;
  readonly #listeners = new Set<Listener>();
  /** A board of another process has other places. */
  readonly #epoch = randomUUID().slice(0, 8);
  /** The board's place up to which the listeners know it. */
  #sentPlace = 0;
  #due: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: StoryStreamOptions) {
    this.#options = {
      listenersMax: LISTENERS_MAX,
      beatEveryMs: BEAT_EVERY_MS,
      waitingBytesMax: WAITING_BYTES_MAX,
      ...options,
    };
  }

  /** Whether as many read along as may. */
  get isFull(): boolean {
    return this.#options.listenersMax <= this.#listeners.size;
  }

  /** Has somebody read along, until what is returned is called. */
  join(listener: Listener, lastEventId?: string): () => void {
    // All know the board up to the same place from here on.
    this.#sendChanges();
    this.#listeners.add(listener);
    listener.send(`retry: ${RETRY_MS}\n\n${this.#stateEvent()}${this.#missed(lastEventId)}`);
    this.#stopListening ??= this.#startListening();
    return () => {
      this.#listeners.delete(listener);
      if (0 < this.#listeners.size) return;
      this.#stopListening?.();
      this.#stopListening = undefined;
    };
  }

  #startListening(): () => void {
    const beat = setInterval(() => this.#sendAll(this.#stateEvent()), this.#options.beatEveryMs);
    const leaveBoard = this.#options.board.watch(() => {
      this.#due ??= setTimeout(() => this.#sendChanges(), CHANGES_EVERY_MS);
    });
    return () => {
      clearInterval(beat);
      clearTimeout(this.#due);
      this.#due = undefined;
      leaveBoard();
    };
  }

  #sendChanges(): void {
    const { board } = this.#options;
    clearTimeout(this.#due);
    this.#due = undefined;
    const changed = 0 < this.#listeners.size ? board.since(this.#sentPlace) : [];
    this.#sentPlace = board.place;
    if (0 < changed.length) this.#sendAll(this.#changeEvent(changed));
  }

  #sendAll(text: string): void {
    for (const listener of this.#listeners) {
      if (listener.waitingBytes <= this.#options.waitingBytesMax) listener.send(text);
      else listener.drop();
    }
  }

  #missed(lastEventId = ""): string {
    const { board } = this.#options;
    const [epoch, place] = lastEventId.split(".");
    if (epoch !== this.#epoch || place === undefined || !/^\d{1,15}$/.test(place)) return this.#listEvent();
    const changed = board.since(Number(place));
    return changed.length === 0 ? "" : this.#changeEvent(changed);
  }

  #listEvent(): string {
    const { board } = this.#options;
    return this.#placedEvent("list", board.latest(board.size));
  }

  #changeEvent(changed: readonly Story[]): string {
    return this.#placedEvent("stories", changed);
  }

  #placedEvent(name: string, stories: readonly Story[]): string {
    const { forgotten, place } = this.#options.board;
    return eventText(name, { forgotten, stories: stories.map(rowOf) }, `${this.#epoch}.${place}`);
  }

  #stateEvent(): string {
    return eventText("state", this.#options.state());
  }
}

function eventText(name: string, data: object, id?: string): string {
  return `event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
