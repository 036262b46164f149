import type { Batch, LogEntry, Source } from "../../src/ports/source.ts";

/** A finite source of these texts, `size` of them a batch; positions count from 1. */
export function memorySource(texts: readonly string[], options: { name?: string; size?: number } = {}): Source {
  const { name = "memory", size = 1_000 } = options;
  const entries = texts.map((text, index): LogEntry => ({ text, position: index + 1, logTimeMs: undefined }));
  const batches: Batch[] = [];
  for (let start = 0; start < entries.length; start += size)
    batches.push({ entries: entries.slice(start, start + size) });
  return batchSource(batches, { name, finite: true });
}

/** A source of exactly these batches. */
export function batchSource(batches: readonly Batch[], options: { name?: string; finite: boolean }): Source {
  const { name = "memory", finite } = options;
  return {
    name,
    finite,
    place: (position) => `${name}:${position}`,
    async *batches({ signal, after = 0 }) {
      for (const batch of batches) {
        if (signal.aborted) return;
        const entries = batch.entries.filter((entry) => after < entry.position);
        if (0 < entries.length || batch.quietUntilMs !== undefined) yield { ...batch, entries };
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}
