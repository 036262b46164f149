import { expect, test } from "vitest";
import type { AttemptLog, Attempts } from "../../../src/ports/attempt-log.ts";
import { CheckpointError } from "../../../src/ports/checkpoint-store.ts";
import type { Batch } from "../../../src/ports/source.ts";
import { PoisonWatch } from "../../../src/service/poison-watch.ts";

/** Six entries in batches of three, as they are read again at each start. */
const BATCHES: readonly Batch[] = [
  { entries: [1, 2, 3].map((position) => ({ text: "", position, logTimeMs: position })) },
  { entries: [4, 5, 6].map((position) => ({ text: "", position, logTimeMs: position })) },
];

function attemptLog(): { readonly saved: Attempts[]; readonly log: AttemptLog } {
  const saved: Attempts[] = [];
  return { saved, log: { load: async () => saved.at(-1), save: async (one) => void saved.push(one) } };
}

interface Life {
  /** Dies while the events of this entry are being seen to. */
  readonly over?: number;
  /** Dies when they have been, while their stories are published. */
  readonly behind?: number;
  readonly after?: number;
}

/** One process, from its start to its end; what it was given piece by piece. */
async function live(log: AttemptLog, { over, behind, after = 0 }: Life = {}, batches = BATCHES) {
  const heard: string[] = [];
  const clock = { now: () => 0, sleep: async () => {} };
  const onTrouble = (message: string): void => void heard.push(message);
  const watch = new PoisonWatch(log, { clock, signal: new AbortController().signal, onTrouble });
  await watch.begin({ after, base: 0 });
  const pieces: number[][] = [];
  const source = (async function* () {
    yield* batches;
  })();
  const life = { pieces, heard, passed: [...watch.passed.keys()], found: watch.found };
  for await (const { entries } of watch.watched(source, 0)) {
    const positions = entries.map(({ position }) => position);
    pieces.push(positions);
    if (over !== undefined && positions.includes(over) && !watch.passed.has(over)) return life;
    await watch.done();
    if (positions.includes(behind ?? 0)) return life;
  }
  await watch.end();
  return life;
}

test("behind an engine that ended in order nothing is noted but the start and the end", async () => {
  const { saved, log } = attemptLog();
  await live(log);
  await live(log);
  expect(saved.map(({ ended, open }) => [ended, open])).toEqual([
    [undefined, undefined],
    ["in order", undefined],
    [undefined, undefined],
    ["in order", undefined],
  ]);
});

test("the entry that ends the process is found among its neighbours, and passed from then on", async () => {
  const { log } = attemptLog();
  const lives = [await live(log, { over: 5 })];
  for (let n = 0; n < 5; n++) lives.push(await live(log, { over: 5 }));
  expect(lives.map(({ pieces }) => pieces)).toEqual([
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [[1, 2, 3], [4], [5]],
    [[1, 2, 3], [4], [5]],
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ]);
  expect(lives.map(({ passed }) => passed)).toEqual([[], [], [], [], [5], [5]]);
  // Its letter is written by the engine that finds it.
  expect(lives.map(({ found }) => found)).toEqual([undefined, undefined, undefined, undefined, 5, undefined]);
  expect(lives.at(-1)?.heard).toEqual([
    "the entry at position 5 of the log is passed: poison: the process died over it twice",
  ]);
  // Read on from behind it, nothing has to be passed any more.
  expect((await live(log, { after: 5 })).passed).toEqual([]);
});

test("a process that is killed while it publishes says nothing about the entry, however often", async () => {
  const { saved, log } = attemptLog();
  for (let n = 0; n < 8; n++) expect((await live(log, { behind: 5 })).passed).toEqual([]);
  expect(saved.every(({ suspect }) => suspect === undefined)).toBe(true);
});

test("where something kills from outside, chance may hit one entry twice: more deaths are wanted", async () => {
  const { saved, log } = attemptLog();
  for (let n = 0; n < 3; n++) await live(log, { behind: 1 });
  // Among its neighbours, and twice alone: not enough.
  for (let n = 0; n < 3; n++) expect((await live(log, { over: 5 })).passed).toEqual([]);
  expect(saved.at(-1)).toMatchObject({ killed: 2, suspect: { from: 5, to: 5, deaths: 1 } });
  for (let n = 0; n < 2; n++) expect((await live(log, { over: 5 })).passed).toEqual([]);
  // Twice more.
  expect((await live(log)).passed).toEqual([5]);
  // An end in order is a new beginning.
  expect((await live(log)).passed).toEqual([5]);
  expect(saved.at(-1)?.killed).toBe(0);
});

test("many suspects are narrowed down first, where something kills from outside", async () => {
  const { log } = attemptLog();
  const many = [{ entries: Array.from({ length: 40 }, (_, n) => ({ text: "", position: n + 1, logTimeMs: n })) }];
  await live(log, { behind: 20 }, many);
  await live(log, { behind: 20 }, many);
  await live(log, { over: 20 }, many);
  const sizes = async (): Promise<number[]> => (await live(log, { over: 20 }, many)).pieces.map(({ length }) => length);
  expect(await sizes()).toEqual([16, 16]);
  expect(await sizes()).toEqual([16, 1, 1, 1, 1]);
  expect(await sizes()).toEqual([19, 1]);
});

test("an entry that was worked on without harm is above suspicion", async () => {
  const { saved, log } = attemptLog();
  for (let n = 0; n < 4; n++) {
    await live(log, { behind: 1 });
    // Among its neighbours, then alone; then it was something else that ended the process.
    await live(log, { over: 2 });
    await live(log, { over: 2 });
    expect(saved.at(-1)?.open).toMatchObject({ from: 2, to: 2, alone: true });
    expect((await live(log, { behind: 6 })).passed).toEqual([]);
    expect(saved.at(-1)?.suspect).toBeUndefined();
  }
});

test("an engine that fails says over what, and is believed the second time", async () => {
  const { log } = attemptLog();
  const fail = async (position: number): Promise<PoisonWatch> => {
    const clock = { now: () => 0, sleep: async () => {} };
    const watch = new PoisonWatch(log, { clock, signal: new AbortController().signal, onTrouble: () => {} });
    await watch.begin({ after: 0, base: 0 });
    await watch.failed(
      { position: position + 0.25, logTimeMs: position },
      new RangeError("token=abcdefgh12345678\nat x"),
    );
    await watch.end();
    return watch;
  };
  await fail(3);
  // Another entry in between: neither is proven to be poison.
  await fail(4);
  await fail(3);
  expect((await fail(3)).passed.size).toBe(0);
  const { passed } = await fail(1);
  expect([...passed.values()]).toEqual([
    {
      position: 3,
      logTimeMs: 3,
      reason: expect.stringMatching(/^poison: the process died over it twice: RangeError: token=(?!abcdefgh)\S+$/),
    },
  ]);
});

test("what cannot be noted is told and read all the same; who lost the place stops", async () => {
  const { saved, log } = attemptLog();
  const failing = (lost: boolean): AttemptLog => ({
    load: log.load,
    save: () => Promise.reject(new CheckpointError("the disk is full", { lost })),
  });
  await live(log, { over: 1 });
  const { pieces, heard } = await live(failing(false));
  expect(pieces).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(heard[0]).toBe("the disk is full; going on without");
  expect(saved.at(-1)?.ended).toBeUndefined();
  await expect(live(failing(true))).rejects.toThrow("the disk is full");
});
