import { Engine } from "../../../src/core/engine/engine.ts";
import type { CheckpointStore } from "../../../src/ports/checkpoint-store.ts";

/** A naive design: the checkpoint is a position alone, and what was in open windows is forgotten. */
export function forgetful(store: CheckpointStore): CheckpointStore {
  return {
    async load() {
      const checkpoint = await store.load();
      if (checkpoint === undefined) return undefined;
      const engine = new Engine({ rules: { packs: [], rules: [], digest: "" } }).snapshot(checkpoint.position);
      return { ...checkpoint, engine };
    },
    save: (checkpoint) => store.save(checkpoint),
    confirm: () => store.confirm(),
    attempts: store.attempts,
  };
}
