import type { Story } from "../core/model/story.ts";
import type { Source } from "../ports/source.ts";
import type { Settings } from "../service/config-keys.ts";
import { clock, eventsAt, openReadOnly, type ReadOnlyStream } from "./compose.ts";
import { CommandError } from "./failure.ts";
import { asStory, checkStoryId, startOfStory, storyOfEngine } from "./find-story.ts";
import { inputsOf } from "./inputs.ts";
import { givenFlags } from "./settings-options.ts";
import type { Shell } from "./shell.ts";
import { checkRange, type RangeOptions, readWhen, STREAM_KEYS, withStream } from "./stream-options.ts";

/** Which log `tap` was told to record, and which story of it. */
export interface LogOptions extends RangeOptions {
  readonly for?: string;
  readonly story?: string;
  readonly url?: string;
}

/** A log to record, open. */
export interface TappedLog {
  /** One, or several finite ones. */
  readonly sources: readonly Source[];
  /** The story whose events alone are wanted. */
  readonly story?: Story | undefined;
}

/** Opens a log; what it opens is closed with the stack. */
export type OpenLog = (opened: AsyncDisposableStack) => Promise<TappedLog>;

const STREAM_FLAGS = ["since", "until", "for", "story", "url"] as const;

/** Recorded files. Throws {@link CommandError} where the options speak of a stream. */
export function filesToTap(paths: readonly string[], options: LogOptions, shell: Shell): OpenLog {
  const own = STREAM_FLAGS.flatMap((name) => (options[name] === undefined ? [] : [`--${name}`]));
  const [astray] = [...own, ...givenFlags(options, STREAM_KEYS).filter((flag) => flag !== "--config")];
  if (astray !== undefined)
    throw new CommandError(`tap: ${astray} is about a stream; read files, or a stream, and not both`);
  const inputs = inputsOf(paths, "tap", shell);
  return async (opened) => ({ sources: inputs.map((path) => opened.use(eventsAt(path, shell.stdin))) });
}

/** A part of a stream, or what it brings from now on. Throws {@link CommandError} where the options name none. */
export function streamToTap(settings: Settings, options: LogOptions, shell: Shell): OpenLog {
  const [sinceMs, untilMs] = [readWhen("tap", "--since", options.since), readWhen("tap", "--until", options.until)];
  if (options.story !== undefined) checkStoryId("tap", options.story);
  else checkRange("tap", sinceMs ?? clock.now(), untilMs);
  const asked = withStream("tap", settings);
  return async (opened) => {
    const stream = opened.use(await openReadOnly(asked));
    const story = options.story === undefined ? undefined : await findStory(options.story, { options, stream, shell });
    const source = await stream.open({
      sinceMs: sinceMs ?? (story === undefined ? undefined : startOfStory(story)),
      end: untilMs ?? (story === undefined ? undefined : "now"),
    });
    return { sources: [opened.use(source)], story };
  };
}

interface Search {
  readonly options: LogOptions;
  readonly stream: ReadOnlyStream;
  readonly shell: Shell;
}

async function findStory(id: string, { options, stream, shell }: Search): Promise<Story> {
  if (options.url !== undefined) return storyOfEngine("tap", options.url, id, shell.signal);
  return asStory("tap", id, await stream.findStory(id));
}
