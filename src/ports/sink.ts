import type { StoryChange } from "../core/model/story.ts";

/**
 * Where stories go. `deliver` resolves when the sink holds the change durably by its own measure,
 * and is safe to call again with the same change: sinks are idempotent on (`id`, `revision`).
 * Changes come in order. Throws {@link SinkError} when the change is not held.
 */
export interface Sink extends AsyncDisposable {
  readonly name: string;
  deliver(changes: readonly StoryChange[]): Promise<void>;
}

/** The sink failed. `retryable` says whether the same change could be taken later. */
export class SinkError extends Error {
  override readonly name = "SinkError";
  readonly retryable: boolean;

  constructor(message: string, options: ErrorOptions & { readonly retryable: boolean }) {
    super(message, options);
    this.retryable = options.retryable;
  }
}
