import { keepCompiled } from "../src/cli/compile-cache.ts";
import type { StoryChange } from "../src/core/model/story.ts";

/** The main job on a file: the same parts that `tapio eval` uses, started as it is, with a sink that only counts. */
keepCompiled(process.env);
const { openFileSource } = await import("../src/adapters/file/file-source.ts");
const { openPackSource } = await import("../src/adapters/file/pack-source.ts");
const { systemClock } = await import("../src/adapters/system.ts");
const { Engine } = await import("../src/core/engine/engine.ts");
const { Decoder } = await import("../src/core/intake/decoder.ts");
const { runPipeline } = await import("../src/service/pipeline.ts");
const [path = "", packs = ""] = process.argv.slice(2);
const { rules, findings } = await openPackSource({ paths: [packs] }).load({});
if (findings.some(({ severity }) => severity === "error")) throw new Error("the packs cannot be loaded");
const engine = new Engine({ rules });
let changes = 0;
let openMax = 0;
const counting = {
  name: "counting",
  deliver: async (told: readonly StoryChange[]): Promise<void> => {
    changes += told.length;
  },
  async [Symbol.asyncDispose]() {},
};
await using source = openFileSource({ path });
const { books } = await runPipeline({
  sources: [source],
  decoder: new Decoder(),
  engine,
  sinks: [counting],
  clock: systemClock,
  signal: new AbortController().signal,
  onProgress: () => {
    openMax = Math.max(openMax, engine.openWindows.traces);
  },
});
const maxRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(
  `${JSON.stringify({ events: books.events, stories: engine.counters.storiesTold, changes, openMax, maxRssMiB })}\n`,
);
