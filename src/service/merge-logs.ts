import type { DecodedBatch, PlacedEvent } from "./log-decoder.ts";

const MERGED_BATCH_MAX = 1_000;

/**
 * Merges several finite logs into one by their own log time, ties by the order of the logs. The
 * result depends on what the logs hold and not on how they come in batches. Positions are counted
 * anew, from 1. Rejected entries are in the books already, and are not handed on.
 */
export async function* mergeLogs(logs: readonly AsyncIterable<DecodedBatch>[]): AsyncGenerator<DecodedBatch> {
  const heads = logs.map((log) => new LogHead(log));
  let merged: PlacedEvent[] = [];
  let position = 0;
  try {
    // One after the other: decoding learns from what it reads, so its order must not vary.
    for (const head of heads) await head.fill();
    for (;;) {
      const earliest = earliestOf(heads);
      const next = earliest?.take();
      if (earliest === undefined || next === undefined) break;
      position += 1;
      merged.push({ event: next.event, logTimeMs: next.logTimeMs, position });
      if (MERGED_BATCH_MAX <= merged.length) {
        yield { events: merged, rejected: [], position, logTimeMs: next.logTimeMs, quiet: false };
        merged = [];
      }
      if (earliest.first === undefined) await earliest.fill();
    }
    const last = merged.at(-1);
    if (last !== undefined) {
      yield { events: merged, rejected: [], position, logTimeMs: last.logTimeMs, quiet: false };
    }
  } finally {
    for (const head of heads) await head.close();
  }
}

function earliestOf(heads: readonly LogHead[]): LogHead | undefined {
  let earliest: LogHead | undefined;
  for (const head of heads) {
    if (head.first === undefined) continue;
    if (earliest?.first === undefined || head.first.logTimeMs < earliest.first.logTimeMs) earliest = head;
  }
  return earliest;
}

/** One log, with its next event in sight. */
class LogHead {
  readonly #batches: AsyncIterator<DecodedBatch>;
  #events: readonly PlacedEvent[] = [];
  #at = 0;

  constructor(log: AsyncIterable<DecodedBatch>) {
    this.#batches = log[Symbol.asyncIterator]();
  }

  /** The next event; `undefined` when one must be fetched, or after the end. */
  get first(): PlacedEvent | undefined {
    return this.#events[this.#at];
  }

  take(): PlacedEvent | undefined {
    const event = this.first;
    this.#at += 1;
    return event;
  }

  /** Brings the next event in sight, unless the log has ended. */
  async fill(): Promise<void> {
    while (this.first === undefined) {
      const { done, value } = await this.#batches.next();
      if (done === true) return;
      this.#events = value.events;
      this.#at = 0;
    }
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
