import { expect, test } from "vitest";
import { endingSource, type StreamEnd } from "../../../src/adapters/nats/stream-range.ts";
import type { Batch } from "../../../src/ports/source.ts";
import { batchSource } from "../../support/memory-source.ts";

function batch(...positions: number[]): Batch {
  return { entries: positions.map((position) => ({ text: "{}", position, logTimeMs: 1_000 * position })) };
}

const quiet = (quietUntilMs: number): Batch => ({ entries: [], quietUntilMs });

async function read(batches: readonly Batch[], end: StreamEnd): Promise<number[]> {
  const source = endingSource(batchSource(batches, { finite: false }), end);
  const positions: number[] = [];
  for await (const { entries } of source.batches({ signal: new AbortController().signal }))
    positions.push(...entries.map(({ position }) => position));
  return positions;
}

const never = (): Batch => {
  throw new Error("read on behind the end");
};

/** Batches behind which nothing may be read. */
function andNoMore(...batches: Batch[]): readonly Batch[] {
  return new Proxy([...batches, quiet(0)], {
    get: (all, at) => (at === String(batches.length) ? never() : Reflect.get(all, at)),
  });
}

const ENDLESS = Number.POSITIVE_INFINITY;

test.for([
  ["at its last entry", andNoMore(batch(1, 2), batch(3)), { position: 3 }, [1, 2, 3]],
  ["before what was stored since", andNoMore(batch(1, 2), batch(3, 4)), { position: 3 }, [1, 2, 3]],
  ["where its last entry is of another subject", andNoMore(batch(1, 2), quiet(9_000)), { position: 3 }, [1, 2]],
  ["at a time", andNoMore(batch(1, 2, 3)), { position: 9, untilMs: 3_000 }, [1, 2]],
  [
    "at a time to come",
    andNoMore(batch(1), quiet(1_500), batch(2), quiet(4_000)),
    { position: ENDLESS, untilMs: 3_000 },
    [1, 2],
  ],
  ["where there is nothing", andNoMore(quiet(0)), { position: 0 }, []],
] as const)("a range ends %s", async ([, batches, end, positions]) => {
  expect(await read(batches, end)).toEqual(positions);
});

test("another stream under the same name is not the rest of it", async () => {
  const batches = [batch(1), { entries: [], wentBack: true }];
  const source = { ...batchSource([], { finite: false }), name: "nats:S" };
  const going = {
    ...source,
    batches: async function* () {
      yield* batches;
    },
  };
  const reading = endingSource(going, { position: 5 }).batches({ signal: new AbortController().signal });
  await expect(async () => {
    for await (const _ of reading);
  }).rejects.toThrow("nats:S was emptied or made anew");
});
