import { on } from "node:events";
import type { MessagePort } from "node:worker_threads";
import { errorOf, type Failure, failureOf } from "./failure.ts";

/** What goes over the port: batches, then that there are no more. The other way goes how many were taken. */
type Word<T> = { readonly kind: "batch"; readonly batch: T } | { readonly kind: "ended"; readonly failure?: Failure };

/** A batch as it goes to the other thread, and the memory that is handed over instead of being copied. */
export interface Parcel<T> {
  readonly batch: T;
  readonly memory: ArrayBuffer[];
}

/** The other side closed its port without a word. */
export class PortClosed extends Error {
  override readonly name = "PortClosed";
}

/**
 * Sends the same batches to every port until there are no more or all are closed; never more than so many ahead
 * of the slowest. What `parcels` throws is told to the other sides. Closes the ports at the end.
 */
export async function sendBatches<T>(
  ports: readonly MessagePort[],
  aheadMax: number,
  parcels: (signal: AbortSignal) => AsyncIterable<Parcel<T>>,
): Promise<void> {
  const stop = new AbortController();
  const ahead = new Map(ports.map((port) => [port, 0]));
  let wake: (() => void) | undefined;
  for (const port of ports) {
    port.on("message", (taken: number) => {
      const sent = ahead.get(port);
      if (sent !== undefined) ahead.set(port, sent - taken);
      wake?.();
    });
    port.once("close", () => {
      ahead.delete(port);
      if (ahead.size === 0) stop.abort();
      wake?.();
    });
  }
  const say = (word: Word<T>, memory: ArrayBuffer[] = []): void => {
    let left = ahead.size;
    for (const [port, sent] of ahead) {
      left -= 1;
      // The memory can be handed over once: the others get copies.
      port.postMessage(word, left === 0 ? memory : []);
      ahead.set(port, sent + 1);
    }
  };
  try {
    for await (const { batch, memory } of parcels(stop.signal)) {
      say({ kind: "batch", batch }, memory);
      while (aheadMax <= Math.max(...ahead.values())) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    say({ kind: "ended" });
  } catch (cause) {
    say({ kind: "ended", failure: failureOf(cause) });
  }
  for (const port of ports) port.close();
}

/**
 * The batches that come by a port, until the other side says that it has ended, or `signal` aborts; the
 * port is closed then. It says after every so many batches that they were taken: each word wakes the other side.
 * Throws what the other side failed at, and {@link PortClosed} where it is gone.
 */
export async function* takeBatches<T>(port: MessagePort, signal: AbortSignal, every = 1): AsyncGenerator<T> {
  let taken = 0;
  try {
    for await (const [word] of on(port, "message", { signal, close: ["close"] }) as AsyncIterable<[Word<T>]>) {
      if (word.kind === "batch") {
        yield word.batch;
        taken += 1;
        if (taken % every === 0) port.postMessage(every);
      } else if (word.failure === undefined) return;
      else throw errorOf(word.failure);
    }
    throw new PortClosed("the port was closed");
  } catch (cause) {
    if (!signal.aborted) throw cause;
  } finally {
    port.close();
  }
}
