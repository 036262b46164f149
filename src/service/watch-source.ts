import type { Batch, Source } from "../ports/source.ts";

/**
 * The same source; `worked` is called with each batch when the reader has worked through it, and
 * `received` before that.
 */
export function watchSource(
  source: Source,
  worked: (batch: Batch) => void,
  received: (batch: Batch) => void = () => {},
): Source {
  return {
    name: source.name,
    finite: source.finite,
    place: (position) => source.place(position),
    async *batches(options) {
      for await (const batch of source.batches(options)) {
        received(batch);
        yield batch;
        // The reader asks for the next one: it is done with this one.
        worked(batch);
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}
