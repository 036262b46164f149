import type { MessagePort } from "node:worker_threads";
import { Decoder } from "../core/intake/decoder.ts";
import { SourceError } from "../ports/source.ts";
import type { DecodedLog } from "../service/decode-logs.ts";
import { failureText } from "../service/failure-text.ts";
import { EventUnpacker } from "../service/packed-events.ts";
import { PortClosed, takeBatches } from "../threads/batch-port.ts";
import type { DecodedParcel } from "./decoding-task.ts";

/** Batches after which the thread hears that they were taken: a part of those that it may be ahead. */
const TAKEN_EVERY = 8;

/**
 * The log that comes from the decoding thread by a port; it can be read once. Throws {@link SourceError} where the
 * thread could not read it, or died: of what `failure` says.
 */
export function decodedBy(port: MessagePort, failure: () => unknown = () => undefined): DecodedLog {
  return {
    async *batches(signal, books) {
      const decoder = new Decoder();
      const unpacker = new EventUnpacker((text) => decoder.readSkimmed(text));
      try {
        for await (const parcel of takeBatches<DecodedParcel>(port, signal, TAKEN_EVERY)) {
          const { events, books: counted, ...more } = parcel;
          books.takeOver(counted);
          yield { ...more, events: unpacker.unpack(events), rejected: [] };
        }
      } catch (cause) {
        if (!(cause instanceof PortClosed)) throw cause;
        const why = failure() ?? cause;
        throw new SourceError(`the thread that decodes what was recorded ended: ${failureText(why)}`, {
          cause: why,
          retryable: false,
        });
      }
    },
  };
}
