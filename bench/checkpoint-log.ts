import { openPackSource } from "../src/adapters/file/pack-source.ts";
import { PayloadArena } from "../src/adapters/nats/payload-arena.ts";
import { PayloadEntry } from "../src/adapters/payload-entry.ts";
import { Engine } from "../src/core/engine/engine.ts";
import { Decoder } from "../src/core/intake/decoder.ts";
import type { EngineLimits } from "../src/core/model/limits.ts";
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
  const arena = new PayloadArena();
  const log: PayloadEntry[] = [];
  for (const line of workloadLines({ ...MAIN_WORKLOAD, events, traces, startMs: START_MS })) {
    const position = log.length + 1;
    const logTimeMs = START_MS + (position * 1000) / EVENTS_PER_SECOND;
    const more = { position, logTimeMs, traceparent: undefined, subject: undefined };
    log.push(new PayloadEntry(arena.keep(Buffer.from(line)), more));
  }
  return {
    events,
    newEngine: () => new Engine({ rules, limits }),
    async read(engine, from, to) {
      const decoder = new LogDecoder({ source: { place: String }, decoder: new Decoder(), books: new Books() });
      for (let at = from - 1; at < to; at += BATCH) {
        for (const event of decoder.decode({ entries: log.slice(at, Math.min(at + BATCH, to)) }).events) {
          await engine.accept(event.event, event);
        }
        engine.take();
      }
    },
  };
}
