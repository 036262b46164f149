import { Decoder } from "../core/intake/decoder.ts";
import { eventAsGiven } from "../core/model/aside.ts";
import type { Event } from "../core/model/event.ts";
import type { EpochMs } from "../core/model/time.ts";
import { opened } from "../core/model/unopened-event.ts";
import type { Source } from "../ports/source.ts";
import type { Books } from "../service/books.ts";
import { decodeLogs } from "../service/decode-logs.ts";
import { clock } from "./compose.ts";
import { Progress } from "./progress.ts";
import type { Shell } from "./shell.ts";

/** How events are read, and where it is told how far. */
export interface EventReading {
  readonly books: Books;
  readonly shell: Shell;
  /** Ends it in order. */
  readonly signal: AbortSignal;
}

/** Some events of a log, whole, in its order and as collectors gave them, and log time then. */
export interface EventBatch {
  readonly events: readonly Event[];
  readonly logTimeMs: EpochMs;
}

/** The events of a log, or of several finite ones merged by their times, a batch at a time. */
export async function* eventsOf(sources: readonly Source[], reading: EventReading): AsyncGenerator<EventBatch> {
  const { books, shell, signal } = reading;
  using progress = new Progress(shell.stderr, clock);
  const batches = decodeLogs({ sources, decoder: new Decoder(), books, reading: { signal } });
  for await (const { events, logTimeMs, gap } of batches) {
    if (gap !== undefined) {
      books.gaps += 1;
      books.lost += gap.to - gap.from + 1;
    }
    yield { events: events.map(({ event }) => eventAsGiven(opened(event))), logTimeMs };
    progress.show(books);
  }
}
