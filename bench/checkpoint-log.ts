import { openPackSource } from "../src/adapters/file/pack-source.ts";
import { Engine } from "../src/core/engine/engine.ts";
import { Decoder } from "../src/core/intake/decoder.ts";
import type { EngineLimits } from "../src/core/model/limits.ts";
import type { Payload } from "../src/core/model/payload.ts";
import { BufferBlock, PayloadEntry } from "../src/ports/payload-entry.ts";
import { Books } from "../src/service/books.ts";
import { LogDecoder } from "../src/service/log-decoder.ts";
import { EVENTS_PER_SECOND, MAIN_WORKLOAD, workloadLines } from "./workload.ts";

/** A log that a source has in hand, and engines to read it. */
export interface CheckpointLog {
  readonly events: number;
  /** Windows stay open as long as it takes. */
  newEngine(): Engine;
  /** Decodes and takes, as the service does, what stands from there to there. */
  read(engine: Engine, from: number, to: number): Promise<void>;
}

const BATCH = 256;
/** On average; lines of the workload are shorter. */
const LINE_BYTES_MAX = 512;
const START_MS = Date.UTC(2026, 2, 1, 10);

/** Makes a log of so many traces; the same one each time. */
export async function openCheckpointLog(options: {
  readonly traces: number;
  readonly eventsPerTrace: number;
  readonly pack: string;
}): Promise<CheckpointLog> {
  const { traces, eventsPerTrace, pack } = options;
  const { rules } = await openPackSource({ paths: [pack] }).load({});
  const events = traces * eventsPerTrace;
  const unbounded = { openWindowsMax: 2 * events, stateBytesMax: 1e12 };
  const limits: Partial<EngineLimits> = { ...unbounded, correlationWindowMs: 1e12, maxWindowMs: 1e12 };
  const payloadAt = payloadsOf(workloadLines({ ...MAIN_WORKLOAD, events, traces, startMs: START_MS }), events);
  const entryAt = (index: number): PayloadEntry => {
    const position = index + 1;
    const logTimeMs = START_MS + (position * 1000) / EVENTS_PER_SECOND;
    return new PayloadEntry(payloadAt(index), {
      position,
      logTimeMs,
      traceparent: undefined,
      subject: undefined,
    });
  };
  return {
    events,
    newEngine: () => new Engine({ rules, limits }),
    async read(engine, from, to) {
      const decoder = new LogDecoder({ source: { place: String }, decoder: new Decoder(), books: new Books() });
      for (let at = from - 1; at < to; at += BATCH) {
        const entries = Array.from({ length: Math.min(BATCH, to - at) }, (_, n) => entryAt(at + n));
        for (const event of decoder.decode({ entries }).events) {
          const judging = engine.accept(event.event, event);
          if (judging !== undefined) await judging;
        }
        engine.take();
      }
    },
  };
}

/** Keeps texts beside the heap, as a source keeps them: what is measured is not the keeping. */
function payloadsOf(lines: Iterable<string>, count: number): (index: number) => Payload {
  const bytes = Buffer.allocUnsafe(count * LINE_BYTES_MAX);
  const ends = new Float64Array(count);
  let [end, index] = [0, 0];
  for (const line of lines) {
    end += bytes.write(line, end, "latin1");
    ends[index++] = end;
  }
  const block = new BufferBlock(bytes);
  return (at) => ({ block, from: at === 0 ? 0 : (ends[at - 1] ?? 0), to: ends[at] ?? 0 });
}
