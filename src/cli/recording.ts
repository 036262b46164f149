import type { Redactor } from "../core/intake/redact/redactor.ts";
import { nativeOf } from "../core/intake/write-native.ts";
import { endOfAlert } from "../core/model/alert-end.ts";
import type { Event } from "../core/model/event.ts";

/** How much a recording may hold. */
export interface RecordingBounds {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

/**
 * Events as they will be read back, one a line. With pseudonyms they are held until the end: ids are
 * given by their order, because that order decides between events of one moment.
 */
export class Recording {
  readonly #bounds: RecordingBounds;
  readonly #write: (line: string) => Promise<void>;
  readonly #redactor: Redactor | undefined;
  readonly #held: Event[] = [];
  #events = 0;
  #bytes = 0;
  /** Which bound ended it. */
  fullBy: "--max-events" | "--max-bytes" | undefined;

  constructor(bounds: RecordingBounds, write: (line: string) => Promise<void>, redactor?: Redactor) {
    this.#bounds = bounds;
    this.#write = write;
    this.#redactor = redactor;
  }

  /** How many events it holds. */
  get events(): number {
    return this.#events;
  }

  /** Takes one event, unless it is full. */
  async take(event: Event): Promise<void> {
    if (this.fullBy !== undefined) return;
    const shown = this.#redactor?.event(event) ?? event;
    const line = lineOf(shown);
    const bytes = Buffer.byteLength(line);
    if (this.#bounds.bytesMax < this.#bytes + bytes) {
      this.fullBy = "--max-bytes";
      return;
    }
    this.#bytes += bytes;
    this.#events += 1;
    if (this.#redactor === undefined) await this.#write(line);
    else this.#held.push(shown);
    if (this.#bounds.eventsMax <= this.#events) this.fullBy = "--max-events";
  }

  /** Writes what is still held. */
  async end(): Promise<void> {
    const numbers = numberedIds([...new Set(this.#held.map(({ id }) => id))].sort());
    for (const event of this.#held) await this.#write(lineOf({ ...event, id: numbers.get(event.id) ?? event.id }));
    this.#held.length = 0;
  }
}

function lineOf(event: Event): string {
  return `${JSON.stringify(nativeOf(event))}\n`;
}

/**
 * Short ids in place of long ones, in the same order: it decides between events of one moment. The end of an
 * alert goes on being that alert's.
 */
export function numberedIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const width = String(ids.length).length;
  const numbers = new Map(ids.map((id, at) => [id, `e${String(at + 1).padStart(width, "0")}`]));
  for (const id of ids) {
    const own = numbers.get(id);
    const end = endOfAlert(id);
    if (own !== undefined && numbers.has(end)) numbers.set(end, endOfAlert(own));
  }
  return numbers;
}
