import { Engine } from "../core/engine/engine.ts";
import { changeAsGiven } from "../core/model/aside.ts";
import type { Event } from "../core/model/event.ts";
import type { EngineLimits } from "../core/model/limits.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { Story } from "../core/model/story.ts";
import type { EpochMs } from "../core/model/time.ts";
import { type HeldEvent, opened } from "../core/model/unopened-event.ts";
import type { Evidence } from "../core/testing/explain-rule.ts";
import { WindowLog } from "../core/testing/window-log.ts";
import type { Clock } from "../ports/clock.ts";
import type { Source } from "../ports/source.ts";
import { Books } from "./books.ts";
import { type DecodedBatch, type EventDecoder, LogDecoder } from "./log-decoder.ts";

/** A part of a log that is there already: from a time up to the last entry that it held when it was opened. */
export interface LogPart {
  readonly source: Source;
  readonly lastPosition: number;
}

/** What to read again, and how. */
export interface ReadBackOptions {
  readonly part: LogPart;
  readonly decoder: EventDecoder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether what has been read is enough, batch by batch. */
  readonly enough?: ((events: readonly HeldEvent[], logTimeMs: EpochMs) => boolean) | undefined;
}

/** Entries read again for one question, and how long that may take: the engine itself goes on meanwhile. */
const ENTRIES_MAX = 100_000;
const TIME_MS_MAX = 20_000;

/**
 * Reads a part of a log once more, a batch at a time, until `take` says why that is enough; the part is
 * released. Returns why it broke off, or nothing where it read all. Throws `SourceError`.
 */
async function readBack(
  options: ReadBackOptions,
  take: (batch: DecodedBatch) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { part, decoder, clock, signal, enough } = options;
  const { lastPosition } = part;
  await using source = part.source;
  const books = new Books();
  const log = new LogDecoder({ source, decoder, books });
  const lateMs = clock.now() + TIME_MS_MAX;
  for await (const batch of source.batches({ signal })) {
    const decoded = log.decode(batch);
    const cutBy = await take(decoded);
    if (cutBy !== undefined) return cutBy;
    const { events, position, logTimeMs, quiet } = decoded;
    const all = events.map(({ event }) => event);
    if (quiet || lastPosition <= position || enough?.(all, logTimeMs) === true) return undefined;
    if (ENTRIES_MAX <= books.entries) return `more than ${ENTRIES_MAX.toLocaleString("en")} entries`;
    if (lateMs < clock.now()) return `more than ${TIME_MS_MAX / 1_000} s of reading`;
  }
  return signal.aborted ? undefined : "it was emptied or made anew meanwhile";
}

/** What the rules make of a part of a log, its windows as they stand at its end, and why it was not all of it. */
export async function evidenceOf(
  options: ReadBackOptions & { readonly rules: RuleSet; readonly limits: Partial<EngineLimits> },
): Promise<{ readonly evidence: Evidence; readonly cutBy: string | undefined }> {
  const { rules, limits } = options;
  const log = new WindowLog();
  const engine = new Engine({ rules, limits, observe: log.observe });
  const stories = new Map<string, Story>();
  const cutBy = await readBack(options, async ({ events, quiet, logTimeMs }) => {
    for (const placed of events) await engine.accept(placed.event, placed);
    if (quiet) await engine.advance(logTimeMs);
    for (const { story } of engine.take().map(changeAsGiven)) stories.set(story.id, story);
    return undefined;
  });
  engine.showOpen(log.observe);
  return { evidence: { log, stories: [...stories.values()] }, cutBy };
}

/** The events of a part of a log that are wanted, and why it was not all of it. */
export async function eventsOfPart(
  options: ReadBackOptions & { readonly wanted: (event: Event) => boolean; readonly eventsMax: number },
): Promise<{ readonly events: readonly Event[]; readonly cutBy: string | undefined }> {
  const { wanted, eventsMax } = options;
  const found: Event[] = [];
  const cutBy = await readBack(options, async ({ events }) => {
    for (const { event } of events) {
      const whole = opened(event);
      if (wanted(whole)) found.push(whole);
    }
    return eventsMax < found.length ? `more than ${eventsMax.toLocaleString("en")} events of it` : undefined;
  });
  return { events: found.slice(0, eventsMax), cutBy };
}
