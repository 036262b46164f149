import type { NatsConnection } from "@nats-io/transport-node";
import { openPackSource } from "../../src/adapters/file/pack-source.ts";
import { openJetStreamSource } from "../../src/adapters/nats/jetstream-source.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { Engine } from "../../src/core/engine/engine.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import { runPipeline } from "../../src/service/pipeline.ts";
import { LIMITS } from "./limits.ts";

/** What an undisturbed engine tells of the whole stream, up to this sequence: every revision. */
export async function undisturbed(
  connection: NatsConnection,
  { stream, rulesPath, last }: { readonly stream: string; readonly rulesPath: string; readonly last: number },
): Promise<Story[]> {
  const { rules } = await openPackSource({ paths: [rulesPath] }).load({});
  const source = await openJetStreamSource({ connection, stream, subjects: [], quietAfterMs: 60_000 });
  const stop = new AbortController();
  const told: Story[] = [];
  await runPipeline({
    sources: [
      {
        ...source,
        async *batches(options) {
          for await (const batch of source.batches(options)) {
            yield batch;
            if (last <= (batch.entries.at(-1)?.position ?? 0)) stop.abort();
          }
        },
      },
    ],
    decoder: new Decoder(),
    engine: new Engine({ rules, limits: LIMITS }),
    sinks: [
      {
        name: "oracle",
        async deliver(changes: readonly StoryChange[]) {
          for (const { story } of changes) told.push(story);
        },
        async [Symbol.asyncDispose]() {},
      },
    ],
    clock: systemClock,
    signal: stop.signal,
  });
  return told;
}
