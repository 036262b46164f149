import type { RuleSet } from "../core/model/rule.ts";
import { eventsAt } from "./compose.ts";
import { decodedBy } from "./decoded-log.ts";
import { DecodingThread } from "./decoding-thread.ts";
import type { Recorded } from "./recorded.ts";
import { type Replay, type ReplayOptions, replay } from "./replay.ts";
import { replayApart } from "./replay-thread.ts";
import type { Shell } from "./shell.ts";

/** How recorded events are to be read. */
export type RecordedReplayOptions = Omit<ReplayOptions, "sources" | "decoded" | "shell"> & { readonly shell: Shell };

/** Reads recorded events, decoded in a thread of their own where there may be many. */
export async function replayRecorded(recorded: Recorded, options: RecordedReplayOptions): Promise<Replay> {
  if ("inputs" in recorded) return replayHere(recorded.inputs, options);
  await using thread = new DecodingThread(recorded.apart, 1);
  return await replayDecoded(thread, options);
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
  if ("inputs" in recorded) {
    const own = await replayHere(recorded.inputs, options);
    if (own.ended === "aborted") return { own, other: undefined };
    return { own, other: await replayHere(recorded.inputs, { rules: others, limits, shell }) };
  }
  await using thread = new DecodingThread(recorded.apart, 2);
  const task = { rules: others, limits, port: thread.port(1) };
  const [own, other] = await Promise.all([replayDecoded(thread, options), replayApart(task, shell.signal)]);
  return { own, other };
}

function replayHere(inputs: readonly string[], options: RecordedReplayOptions): Promise<Replay> {
  return replay({ ...options, sources: inputs.map((path) => eventsAt(path, options.shell.stdin)) });
}

function replayDecoded(thread: DecodingThread, options: RecordedReplayOptions): Promise<Replay> {
  return replay({ ...options, sources: [], decoded: decodedBy(thread.port(0), () => thread.failure) });
}
