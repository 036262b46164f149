import type { CheckpointStore } from "../../src/ports/checkpoint-store.ts";

/** What an engine's process says when it reads. */
export const RUNNING = "running";

/** What it says of a checkpoint that it has saved. Places count on where a stream was made anew. */
export interface Saved {
  readonly position: number;
  /** Entries before this one are not read again. */
  readonly from: number;
  /** What is added to the sequences of the stream. */
  readonly base: number;
}

/** The same store, which says what it has saved to whoever started the process. */
export function saying(store: CheckpointStore): CheckpointStore {
  return {
    attempts: store.attempts,
    load: () => store.load(),
    confirm: () => store.confirm(),
    async save(checkpoint) {
      await store.save(checkpoint);
      const { position, base = 0, engine } = checkpoint;
      const saved: Saved = { position, from: Math.min(position, Math.floor(engine.since)), base };
      process.stdout.write(`${JSON.stringify(saved)}\n`);
    },
  };
}
