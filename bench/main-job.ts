import { openFileSource } from "../src/adapters/file/file-source.ts";
import { openPackSource } from "../src/adapters/file/pack-source.ts";
import { systemClock } from "../src/adapters/system.ts";
import { Engine } from "../src/core/engine/engine.ts";
import { Decoder } from "../src/core/intake/decoder.ts";
import type { StoryChange } from "../src/core/model/story.ts";
import { runPipeline } from "../src/service/pipeline.ts";

/** The main job on a file: the same parts that `tapio eval` uses, with a sink that only counts. */
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
const { books } = await runPipeline({
  sources: [openFileSource({ path })],
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
