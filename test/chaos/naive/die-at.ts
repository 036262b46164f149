import type { CheckpointStore } from "../../../src/ports/checkpoint-store.ts";
import type { Sink } from "../../../src/ports/sink.ts";
import type { Source } from "../../../src/ports/source.ts";

/** The parts between which a process can die. */
export interface Parts {
  readonly source: Source;
  readonly store: CheckpointStore;
  readonly sink: Sink;
}

/** Every named place of the way from the log to the checkpoint. */
export const STEPS = [
  "read",
  "before-publish",
  "during-publish",
  "after-publish",
  "before-checkpoint",
  "during-checkpoint",
  "after-checkpoint",
] as const;

/** So soon after the first byte was sent, the answer may be on its way. */
const DURING_MS_MAX = 3;

/** How often it is the second time; of checkpoints, the second one comes two seconds later, and holds only what changed. */
const SECOND_SHARE = { soon: 0.5, late: 0.2 } as const;

/** Ends the process at once, as `kill -9` does, when it comes to a step for the first or the second time. */
export function dieAt(step: string, { source, store, sink }: Parts): Parts {
  let left = Math.random() < SECOND_SHARE[step.endsWith("-checkpoint") ? "late" : "soon"] ? 2 : 1;
  const pass = (at: (typeof STEPS)[number]): void => {
    if (at === step && --left === 0) process.kill(process.pid, "SIGKILL");
  };
  const during = (at: (typeof STEPS)[number]): void => {
    if (at === step && --left === 0)
      setTimeout(() => process.kill(process.pid, "SIGKILL"), Math.random() * DURING_MS_MAX);
  };
  return {
    source: {
      ...source,
      async *batches(options) {
        for await (const batch of source.batches(options)) {
          pass("read");
          yield batch;
        }
      },
    },
    store: {
      attempts: store.attempts,
      load: () => store.load(),
      confirm: () => store.confirm(),
      async save(checkpoint) {
        pass("before-checkpoint");
        during("during-checkpoint");
        await store.save(checkpoint);
        pass("after-checkpoint");
      },
    },
    sink: {
      name: sink.name,
      async deliver(changes) {
        pass("before-publish");
        during("during-publish");
        await sink.deliver(changes);
        pass("after-publish");
      },
      [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
    },
  };
}
