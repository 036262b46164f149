import type { NatsConnection } from "@nats-io/transport-node";
import { openPackSource } from "../../src/adapters/file/pack-source.ts";
import { openJetStreamSource } from "../../src/adapters/nats/jetstream-source.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { Engine } from "../../src/core/engine/engine.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import { runPipeline } from "../../src/service/pipeline.ts";
import { LIMITS } from "./limits.ts";

/** Every revision that an undisturbed engine tells. */
export interface Undisturbed {
  /** Of the whole stream, up to its last event. */
  readonly told: readonly Story[];
  /** Of the quiet behind it, for however long it lasts: a story may end there. */
  readonly later: readonly Story[];
}

/** What an undisturbed engine tells of a stream up to this sequence, and of the quiet behind it. */
export async function undisturbed(
  connection: NatsConnection,
  { stream, rulesPath, last }: { readonly stream: string; readonly rulesPath: string; readonly last: number },
): Promise<Undisturbed> {
  const { rules } = await openPackSource({ paths: [rulesPath] }).load({});
  const source = await openJetStreamSource({ connection, stream, subjects: [], quietAfterMs: 60_000 });
  const stop = new AbortController();
  const told: Story[] = [];
  const engine = new Engine({ rules, limits: LIMITS });
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
    engine,
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
  await engine.advance(Number.POSITIVE_INFINITY);
  return { told, later: engine.take().map(({ story }) => story) };
}
