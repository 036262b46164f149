import { BufferBlock, PayloadEntry } from "../../ports/payload-entry.ts";
import type { Batch, LogEntry } from "../../ports/source.ts";

/** A batch as it goes from one thread to another: its payloads one behind the other, in memory that is handed over. */
export interface PackedBatch extends Omit<Batch, "entries"> {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of each entry where its payload ends, its position, and its log time; NaN where the log does not say. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** One text where all entries have the same, else each one's. */
  readonly subjects: string | undefined | readonly (string | undefined)[];
  /** Each entry's, where any has one. */
  readonly traceparents: readonly (string | undefined)[] | undefined;
}

const NUMBERS = 3;

/** Packs a batch. */
export function packed({ entries, ...rest }: Batch): PackedBatch {
  const payloads = entries.map(({ payload, text }) =>
    payload === undefined ? Buffer.from(text) : payload.block.bytes.subarray(payload.from, payload.to),
  );
  const bytes = new Uint8Array(payloads.reduce((sum, { length }) => sum + length, 0));
  const numbers = new Float64Array(NUMBERS * entries.length);
  let end = 0;
  for (const [at, { position, logTimeMs = Number.NaN }] of entries.entries()) {
    const payload = payloads[at] ?? new Uint8Array();
    bytes.set(payload, end);
    end += payload.length;
    numbers.set([end, position, logTimeMs], NUMBERS * at);
  }
  const subject = entries[0]?.subject;
  return {
    ...rest,
    bytes,
    numbers,
    subjects: entries.every((entry) => entry.subject === subject) ? subject : entries.map((entry) => entry.subject),
    traceparents: entries.some(({ traceparent }) => traceparent !== undefined)
      ? entries.map(({ traceparent }) => traceparent)
      : undefined,
  };
}

/** The memory of a packed batch that can be handed over instead of being copied. */
export function memoryOf({ bytes, numbers }: PackedBatch): ArrayBuffer[] {
  return [bytes.buffer, numbers.buffer];
}

/** The batch again; its payloads share the memory of the packed one. */
export function unpacked({ bytes, numbers, subjects, traceparents, ...rest }: PackedBatch): Batch {
  const block = new BufferBlock(Buffer.from(bytes.buffer));
  const entries: LogEntry[] = [];
  let from = 0;
  for (let at = 0; at < numbers.length; at += NUMBERS) {
    const [end = 0, position = 0, logTimeMs = Number.NaN] = [numbers[at], numbers[at + 1], numbers[at + 2]];
    entries.push(
      new PayloadEntry(
        { block, from, to: end },
        {
          position,
          logTimeMs: Number.isNaN(logTimeMs) ? undefined : logTimeMs,
          traceparent: traceparents?.[entries.length],
          subject: typeof subjects === "object" ? subjects[entries.length] : subjects,
        },
      ),
    );
    from = end;
  }
  return { ...rest, entries };
}
