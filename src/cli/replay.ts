import type { WindowObserver } from "../core/engine/courtroom-parts.ts";
import { Engine } from "../core/engine/engine.ts";
import { Decoder } from "../core/intake/decoder.ts";
import type { EngineLimits } from "../core/model/limits.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { EngineCounters, Story } from "../core/model/story.ts";
import type { Sink } from "../ports/sink.ts";
import type { Source } from "../ports/source.ts";
import type { Books } from "../service/books.ts";
import type { Settings } from "../service/config-keys.ts";
import type { DecodedLog } from "../service/decode-logs.ts";
import { type PipelineResult, runPipeline } from "../service/pipeline.ts";
import { clock } from "./compose.ts";
import { Progress, type ProgressLine } from "./progress.ts";
import type { Shell } from "./shell.ts";
import { ToldStories } from "./told-stories.ts";

/** What reading some finite logs to their end came to. */
export interface Replay {
  /** The last revision of each story that stands. */
  readonly stories: readonly Story[];
  readonly books: Books;
  readonly counters: EngineCounters;
  readonly ended: PipelineResult["ended"];
}

/** What to read, under which rules. */
export interface ReplayOptions {
  readonly sources: readonly Source[];
  /** Read instead of the sources where it is given. */
  readonly decoded?: DecodedLog | undefined;
  readonly rules: RuleSet;
  readonly limits?: Partial<EngineLimits> | undefined;
  readonly sinks?: readonly Sink[];
  /** Sees the windows as they close. */
  readonly observe?: WindowObserver | undefined;
  readonly shell: Pick<Shell, "signal"> & { readonly stderr: ProgressLine };
}

/** Reads finite logs through the same pipeline as the daemon. The sources are disposed of. */
export async function replay(options: ReplayOptions): Promise<Replay> {
  const { sources, decoded, rules, limits = {}, sinks = [], observe, shell } = options;
  const engine = new Engine({ rules, limits, observe });
  const told = new ToldStories();
  using progress = new Progress(shell.stderr, clock);
  try {
    const { books, ended } = await runPipeline({
      sources,
      decoded,
      decoder: new Decoder(),
      engine,
      sinks: [told, ...sinks],
      clock,
      signal: shell.signal,
      onProgress: (soFar) => progress.show(soFar),
    });
    return { stories: told.standing, books, counters: engine.counters, ended };
  } finally {
    for (const source of sources) await source[Symbol.asyncDispose]();
  }
}

/** The engine's limits as the settings have them. */
export function limitsOf(settings: Settings): Partial<EngineLimits> {
  const { correlationWindow, maxWindow, minEvents } = settings;
  return {
    correlationWindowMs: correlationWindow,
    maxWindowMs: maxWindow,
    minEvents,
    openWindowsMax: settings["limits.openWindows"],
    windowEventsMax: settings["limits.windowEvents"],
    stateBytesMax: settings["limits.stateBytes"],
  };
}
