import { asGiven } from "../core/model/aside.ts";
import type { Event } from "../core/model/event.ts";
import { opened } from "../core/model/unopened-event.ts";
import type { Source } from "../ports/source.ts";
import type { Books } from "../service/books.ts";
import { LogDecoder } from "../service/log-decoder.ts";
import { clock, newDecoder } from "./compose.ts";
import { Progress } from "./progress.ts";
import type { Shell } from "./shell.ts";

/** How events are read, and where it is told how far. */
export interface EventReading {
  readonly books: Books;
  readonly shell: Shell;
  /** Ends it in order. */
  readonly signal: AbortSignal;
}

/** The events of a log, whole and in its order, a batch at a time; traces are those that collectors gave. */
export async function* eventsOf(source: Source, reading: EventReading): AsyncGenerator<readonly Event[]> {
  const { books, shell, signal } = reading;
  const decoder = new LogDecoder({ source, decoder: newDecoder(), books });
  using progress = new Progress(shell.stderr, clock);
  for await (const batch of source.batches({ signal })) {
    yield decoder.decode(batch).events.map(({ event }) => withTraceAsGiven(opened(event)));
    progress.show(books);
  }
}

function withTraceAsGiven(event: Event): Event {
  const traceId = asGiven(event.traceId);
  return traceId === event.traceId ? event : { ...event, traceId };
}
