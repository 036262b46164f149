import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { SourceError } from "../../../src/ports/source.ts";
import { type Parcel, PortClosed, sendBatches, takeBatches } from "../../../src/threads/batch-port.ts";

const forever = new AbortController().signal;

function parcel(batch: number): Parcel<number> {
  return { batch, memory: [] };
}

async function* count(to: number, seen: number[] = []): AsyncGenerator<Parcel<number>> {
  for (let at = 1; at <= to; at++) {
    seen.push(at);
    yield parcel(at);
  }
}

/** Lets whatever was sent arrive. */
async function settled(): Promise<void> {
  for (let at = 0; at < 20; at++) await new Promise((resolve) => setImmediate(resolve));
}

test("batches come in order, and end", async () => {
  const { port1, port2 } = new MessageChannel();
  const sending = sendBatches([port2], 2, () => count(5));
  const taken: number[] = [];
  for await (const batch of takeBatches<number>(port1, forever)) taken.push(batch);
  expect(taken).toEqual([1, 2, 3, 4, 5]);
  await sending;
});

test("the sending side is never more than so many batches ahead", async () => {
  const { port1, port2 } = new MessageChannel();
  const made: number[] = [];
  const sending = sendBatches([port2], 3, () => count(9, made));
  const taking = takeBatches<number>(port1, forever)[Symbol.asyncIterator]();
  await settled();
  expect(made).toEqual([1, 2, 3]);
  await taking.next();
  await settled();
  expect(made).toEqual([1, 2, 3]);
  await taking.next();
  await settled();
  expect(made).toEqual([1, 2, 3, 4]);
  await taking.return(undefined);
  await sending;
});

test("where the other side hears of every second batch only, it goes on by two", async () => {
  const { port1, port2 } = new MessageChannel();
  const made: number[] = [];
  const sending = sendBatches([port2], 3, () => count(9, made));
  const taking = takeBatches<number>(port1, forever, 2);
  for (const seen of [3, 3, 5, 5, 7]) {
    await taking.next();
    await settled();
    expect(made).toHaveLength(seen);
  }
  await taking.return(undefined);
  await sending;
});

test("who breaks off ends the sending", async () => {
  const { port1, port2 } = new MessageChannel();
  let stopped = false;
  const sending = sendBatches([port2], 1, async function* (signal) {
    yield* count(2);
    stopped = signal.aborted;
  });
  for await (const _ of takeBatches<number>(port1, forever)) break;
  await sending;
  expect(stopped).toBe(true);
});

test("what the sending side fails at is thrown on the other", async () => {
  const { port1, port2 } = new MessageChannel();
  const sending = sendBatches([port2], 1, async function* () {
    yield parcel(1);
    throw new SourceError("a.ndjson cannot be read", { retryable: false });
  });
  const taken: number[] = [];
  const taking = (async () => {
    for await (const batch of takeBatches<number>(port1, forever)) taken.push(batch);
  })();
  await expect(taking).rejects.toMatchObject({ message: "a.ndjson cannot be read", retryable: false });
  expect(taken).toEqual([1]);
  await sending;
});

test("a port that closes without a word is no end", async () => {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  await expect(takeBatches<number>(port1, forever).next()).rejects.toThrow(PortClosed);
});

test("an abort ends the taking without an error", async () => {
  const { port1, port2 } = new MessageChannel();
  const stop = new AbortController();
  const sending = sendBatches([port2], 1, () => count(5));
  const taken: number[] = [];
  for await (const batch of takeBatches<number>(port1, stop.signal)) {
    taken.push(batch);
    stop.abort();
  }
  expect(taken).toEqual([1]);
  await sending;
});

test("several readers get the same, and the slowest holds the others up", async () => {
  const [one, other] = [new MessageChannel(), new MessageChannel()];
  const bytes = (): Parcel<Uint8Array> => {
    const batch = new Uint8Array([1, 2, 3]);
    return { batch, memory: [batch.buffer] };
  };
  const sending = sendBatches([one.port2, other.port2], 2, async function* () {
    for (let at = 0; at < 4; at++) yield bytes();
  });
  const fast = takeBatches<Uint8Array>(one.port1, forever);
  const slow = takeBatches<Uint8Array>(other.port1, forever);
  const taken: (Uint8Array | undefined)[] = [];
  const taking = (async () => {
    for await (const batch of fast) taken.push(batch);
  })();
  await settled();
  expect(taken).toEqual([new Uint8Array([1, 2, 3]), new Uint8Array([1, 2, 3])]);
  const slowly: Uint8Array[] = [];
  for await (const batch of slow) slowly.push(batch);
  await taking;
  expect(taken).toHaveLength(4);
  expect(slowly).toEqual(taken);
  await sending;
});

test("a reader that goes away leaves the others what is still to come", async () => {
  const [one, other] = [new MessageChannel(), new MessageChannel()];
  const sending = sendBatches([one.port2, other.port2], 1, () => count(5));
  for await (const _ of takeBatches<number>(one.port1, forever)) break;
  const taken: number[] = [];
  for await (const batch of takeBatches<number>(other.port1, forever)) taken.push(batch);
  expect(taken).toEqual([1, 2, 3, 4, 5]);
  await sending;
});
