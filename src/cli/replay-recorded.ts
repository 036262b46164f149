import type { RuleSet } from "../core/model/rule.ts";
import { decodedBy } from "./decoded-log.ts";
import type { DecodingThread } from "./decoding-thread.ts";
import type { Recorded } from "./recorded.ts";
import { type Replay, type ReplayOptions, replay } from "./replay.ts";
import { replayApart } from "./replay-thread.ts";

/** How recorded events are to be read. */
export type RecordedReplayOptions = Omit<ReplayOptions, "sources" | "decoded">;

/** Reads recorded events, decoded in a thread of their own where there are many. */
export async function replayRecorded(recorded: Recorded, options: RecordedReplayOptions): Promise<Replay> {
  await using thread = recorded.decodeApart(1);
  // Awaited here: the thread ends with this block.
  return await replayOwn(recorded, thread, options);
}

/**
 * Reads recorded events, and once more under other rules: at the same time, in a thread of its own, where the
 * events are decoded in a thread; else one after the other. Of the second there is none where the first was aborted.
 */
export async function replayBoth(
  recorded: Recorded,
  options: RecordedReplayOptions,
  others: RuleSet,
): Promise<{ readonly own: Replay; readonly other: Pick<Replay, "stories" | "ended"> | undefined }> {
  const { limits, shell } = options;
  await using thread = recorded.decodeApart(2);
  const port = thread?.ports[1];
  if (port === undefined) {
    const own = await replayRecorded(recorded, options);
    const other =
      own.ended === "aborted" ? undefined : await replayRecorded(recorded, { rules: others, limits, shell });
    return { own, other };
  }
  const task = { rules: others, limits, port };
  const [own, other] = await Promise.all([replayOwn(recorded, thread, options), replayApart(task, shell.signal)]);
  return { own, other };
}

function replayOwn(
  recorded: Recorded,
  thread: DecodingThread | undefined,
  options: RecordedReplayOptions,
): Promise<Replay> {
  const port = thread?.ports[0];
  if (port === undefined) return replay({ ...options, sources: recorded.sources() });
  return replay({ ...options, sources: [], decoded: decodedBy(port, () => thread?.failure) });
}
