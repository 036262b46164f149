import { Engine } from "../../../src/core/engine/engine.ts";
import type { CheckpointStore } from "../../../src/ports/checkpoint-store.ts";
import type { Source } from "../../../src/ports/source.ts";

/** A naive design: what has been received counts as done, as with an acknowledgement on receipt. */
export function savedOnReceipt(source: Source, store: CheckpointStore): Source {
  return {
    ...source,
    async *batches(options) {
      for await (const batch of source.batches(options)) {
        const last = batch.entries.at(-1);
        if (last !== undefined) {
          const { position, logTimeMs = 0 } = last;
          const engine = new Engine({ rules: { packs: [], rules: [], digest: "" } }).snapshot(position);
          await store.save({ format: 2, position, logTimeMs, engine });
        }
        yield batch;
      }
    },
  };
}
