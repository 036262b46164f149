import { openPackSource } from "../../src/adapters/file/pack-source.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { Engine } from "../../src/core/engine/engine.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import { runPipeline } from "../../src/service/pipeline.ts";
import { LIMITS } from "./limits.ts";
import type { LogRecord } from "./log-record.ts";

/** Every revision that an undisturbed engine tells. */
export interface Undisturbed {
  /** Of the whole stream, up to its last event. */
  readonly told: readonly Story[];
  /** Of the quiet behind it, for however long it lasts: a story may end there. */
  readonly later: readonly Story[];
}

/** What an undisturbed engine tells of a log, and of the quiet behind it. */
export async function undisturbed(record: LogRecord, rulesPath: string): Promise<Undisturbed> {
  const { rules } = await openPackSource({ paths: [rulesPath] }).load({});
  const stop = new AbortController();
  const told: Story[] = [];
  const engine = new Engine({ rules, limits: LIMITS });
  await runPipeline({
    sources: [record.source(() => stop.abort())],
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
