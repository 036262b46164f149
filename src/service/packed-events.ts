import type { Payload } from "../core/model/payload.ts";
import { type EventReader, type HeldEvent, opened, UnopenedEvent } from "../core/model/unopened-event.ts";
import { BufferBlock } from "../ports/payload-entry.ts";
import { readEventText, writeEventText } from "./event-text.ts";
import type { PlacedEvent } from "./log-decoder.ts";

/** Events with their places in the log as they go from one thread to another: in memory that is handed over. */
export interface PackedEvents {
  /** Their texts, one behind the other, in ASCII. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of each event what {@link At} says. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Their trace IDs, each once. */
  readonly traceIds: readonly string[];
  /** Their sources and types, each once. */
  readonly names: readonly string[];
}

/** Where the numbers of an event stand among its own. */
const At = {
  /** Where its text ends; that of the next one begins there. */
  end: 0,
  /** 1 where the text is the payload as it came, 0 where we wrote it. */
  asItCame: 1,
  /** Where its ID begins behind the beginning of its text, and how long it is: 0 where it has to be read whole. */
  idAt: 2,
  idChars: 3,
  timeMs: 4,
  /** Its place in the log; no size is NaN. */
  logTimeMs: 5,
  position: 6,
  chars: 7,
  /** Its words, by their places in the lists. */
  traceId: 8,
  source: 9,
  type: 10,
} as const;
const NUMBERS = 11;

interface Text {
  readonly text: string | Payload;
  readonly idAt: number;
  readonly idChars: number;
}

/** Packs events. What {@link EventUnpacker} makes of them is the same, with the parts that are `undefined` left out. */
export function packEvents(events: readonly PlacedEvent[]): PackedEvents {
  const numbers = new Float64Array(NUMBERS * events.length);
  const traceIds = new WordList();
  const names = new WordList();
  const texts: (string | Payload)[] = [];
  let [end, row] = [0, 0];
  for (const { event, logTimeMs, position, chars = Number.NaN } of events) {
    const { text, idAt, idChars } = textOf(event);
    const asItCame = typeof text !== "string";
    texts.push(text);
    end += asItCame ? text.to - text.from : text.length;
    numbers[row + At.end] = end;
    numbers[row + At.asItCame] = asItCame ? 1 : 0;
    numbers[row + At.idAt] = idAt;
    numbers[row + At.idChars] = idChars;
    numbers[row + At.timeMs] = event.timeMs;
    numbers[row + At.logTimeMs] = logTimeMs;
    numbers[row + At.position] = position;
    numbers[row + At.chars] = chars;
    numbers[row + At.traceId] = traceIds.placeOf(event.traceId);
    numbers[row + At.source] = names.placeOf(event.source);
    numbers[row + At.type] = names.placeOf(event.type);
    row += NUMBERS;
  }
  return { bytes: joined(texts, end), numbers, traceIds: traceIds.words, names: names.words };
}

/** The memory of packed events that can be handed over instead of being copied. */
export function memoryOfEvents({ bytes, numbers }: PackedEvents): ArrayBuffer[] {
  return [bytes.buffer, numbers.buffer];
}

/** Names of sources and types that are kept; a flood of made-up ones only costs memory for as long as they are held. */
const NAMES_MAX = 10_000;

/** Unpacks events on the side of whoever takes them. */
export class EventUnpacker {
  readonly #readNative: EventReader;
  /** Each to itself: the engine looks types up by the thousand, and finds those it holds sooner. */
  readonly #names = new Map<string, string>();

  /** `readNative` reads a payload that came as a native event. */
  constructor(readNative: EventReader) {
    this.#readNative = readNative;
  }

  /** The events again, opened only where their heads don't say all. They share the memory of the packed ones. */
  unpack({ bytes, numbers, traceIds, names: written }: PackedEvents): PlacedEvent[] {
    const block = new BufferBlock(Buffer.from(bytes.buffer));
    const names = written.map((name) => this.#known(name));
    const events: PlacedEvent[] = [];
    let from = 0;
    for (let row = 0; row < numbers.length; row += NUMBERS) {
      const number = (at: number): number => numbers[row + at] as number;
      const to = number(At.end);
      const idFrom = from + number(At.idAt);
      const head = {
        traceId: traceIds[number(At.traceId)] as string,
        timeMs: number(At.timeMs),
        source: names[number(At.source)] as string,
        type: names[number(At.type)] as string,
        idFrom,
        idTo: idFrom + number(At.idChars),
      };
      const event =
        head.idTo === idFrom
          ? readEventText(block.ascii(from, to), head)
          : new UnopenedEvent({ block, from, to }, number(At.asItCame) === 1 ? this.#readNative : readEventText, head);
      const chars = number(At.chars);
      events.push({
        event,
        logTimeMs: number(At.logTimeMs),
        position: number(At.position),
        chars: Number.isNaN(chars) ? undefined : chars,
      });
      from = to;
    }
    return events;
  }

  #known(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size < NAMES_MAX) this.#names.set(name, name);
    return name;
  }
}

function textOf(held: HeldEvent): Text {
  const payload = held instanceof UnopenedEvent ? held.payload : undefined;
  if (payload !== undefined) return { text: payload, idAt: payload.idAt, idChars: payload.idChars };
  const event = opened(held);
  const written = writeEventText(event);
  // What stands for several occurrences is rare, and their end is not in the head.
  return event.lastMs === event.timeMs ? written : { ...written, idChars: 0 };
}

/** Words, each once. */
class WordList {
  readonly #places = new Map<string, number>();

  get words(): string[] {
    return [...this.#places.keys()];
  }

  placeOf(word: string): number {
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    this.#places.set(word, this.#places.size);
    return this.#places.size - 1;
  }
}

function joined(texts: readonly (string | Payload)[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  let at = 0;
  for (const text of texts) {
    if (typeof text === "string") at += bytes.write(text, at, "latin1");
    else {
      bytes.set(text.block.bytes.subarray(text.from, text.to), at);
      at += text.to - text.from;
    }
  }
  return bytes;
}
