import type { EpochMs } from "../../core/model/time.ts";
import { type Batch, type Source, SourceError } from "../../ports/source.ts";

/** Where a reading ends. */
export interface StreamEnd {
  /** Behind this entry. */
  readonly position: number;
  /** Before the first entry that was stored at this time or later. */
  readonly untilMs?: EpochMs | undefined;
}

/** A stream as a finite {@link Source}: what it holds up to `end`, and nothing that comes later, or of another stream. */
export function endingSource(source: Source, end: StreamEnd): Source {
  return {
    ...source,
    finite: true,
    async *batches(read): AsyncGenerator<Batch> {
      for await (const batch of source.batches(read)) {
        if (batch.wentBack === true)
          throw new SourceError(`${source.name} was emptied or made anew while it was read`, { retryable: true });
        const entries = upTo(end, batch.entries);
        const ends = isLast(end, batch, entries);
        if (0 < entries.length || !ends) yield { ...batch, entries };
        if (ends) return;
      }
    },
  };
}

function upTo(
  { position, untilMs = Number.POSITIVE_INFINITY }: StreamEnd,
  entries: Batch["entries"],
): Batch["entries"] {
  const end = entries.findIndex((entry) => position < entry.position || untilMs <= (entry.logTimeMs ?? 0));
  return end < 0 ? entries : entries.slice(0, end);
}

/** A quiet batch says that all there was has come; with a time to come, it says how far that goes. */
function isLast({ position, untilMs }: StreamEnd, batch: Batch, within: Batch["entries"]): boolean {
  if (within.length < batch.entries.length || within.at(-1)?.position === position) return true;
  const { quietUntilMs } = batch;
  return quietUntilMs !== undefined && (Number.isFinite(position) || (untilMs ?? 0) <= quietUntilMs);
}
