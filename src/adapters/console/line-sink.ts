import { once } from "node:events";
import type { Writable } from "node:stream";
import type { StoryChange } from "../../core/model/story.ts";
import { type Sink, SinkError } from "../../ports/sink.ts";
import { HeldRevisions } from "../story-lanes.ts";

/**
 * Opens a {@link Sink} that writes each story as one line of JSON (NDJSON), to standard output as a
 * rule. It waits for a slow reader. The stream belongs to the caller, and stays open.
 */
export function openLineSink(options: { readonly stream: Writable; readonly name?: string | undefined }): Sink {
  const { stream, name = "stdout" } = options;
  const held = new HeldRevisions();
  const failed = new AbortController();
  const onError = (cause: Error): void => failed.abort(cause);
  stream.on("error", onError);
  return {
    name,
    async deliver(changes: readonly StoryChange[], signal?: AbortSignal) {
      for (const change of changes) {
        if (held.has(change)) continue;
        if (failed.signal.aborted || stream.writableEnded || stream.destroyed) throw closed(name, failed.signal.reason);
        const roomy = stream.write(`${JSON.stringify(change.story)}\n`);
        held.add(change);
        if (!roomy) await room(stream, name, signal);
      }
    },
    async [Symbol.asyncDispose]() {
      stream.off("error", onError);
    },
  };
}

async function room(stream: Writable, name: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await once(stream, "drain", signal === undefined ? {} : { signal });
  } catch (cause) {
    if (signal?.aborted !== true) throw closed(name, cause);
    throw new SinkError("nobody reads", { cause, retryable: true });
  }
}

function closed(name: string, cause: unknown): SinkError {
  return new SinkError(`${name} cannot be written to any more`, { cause, retryable: false });
}
