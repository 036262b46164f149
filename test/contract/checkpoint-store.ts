import { describe, expect, test } from "vitest";
import { Engine } from "../../src/core/engine/engine.ts";
import { sha256Hex } from "../../src/core/model/hash.ts";
import type { RecordData, UnitData } from "../../src/core/model/snapshot.ts";
import type { Attempts } from "../../src/ports/attempt-log.ts";
import { type Checkpoint, CheckpointError, type CheckpointStore } from "../../src/ports/checkpoint-store.ts";

/** One log's checkpoint; each call of `open` is as another process would open it. */
export interface CheckpointPlace extends AsyncDisposable {
  open(): Promise<CheckpointStore>;
}

const EMPTY = new Engine({ rules: { packs: [], rules: [], digest: "" } }).snapshot(0);

/** A checkpoint that says little. */
export function checkpointAt(position: number): Checkpoint {
  return { format: 2, position, logTimeMs: 1_000 + position, engine: { ...EMPTY, position, since: position + 1 } };
}

/** One that no packing makes small: two megabytes and more. */
function largeCheckpointAt(position: number): Checkpoint {
  const late = Array.from({ length: 300_000 }, (_, n) => (n * 2_654_435_761) % 4_294_967_296);
  const { engine, ...rest } = checkpointAt(position);
  return { ...rest, engine: { ...engine, late } };
}

/** So many stories; of many no packing makes little. */
function storiesOf(from: number, many: number): UnitData[] {
  return Array.from({ length: many }, (_, n) => {
    const number = from + n;
    const content = sha256Hex(String(number));
    return ["story", number, { id: `st_${number}`, content } as RecordData];
  });
}

/** What every {@link CheckpointStore} owes the pipeline. Each adapter's test calls this once. */
export function describeCheckpointStore(name: string, openPlace: () => Promise<CheckpointPlace>): void {
  describe(`${name} is a CheckpointStore`, () => {
    test("holds nothing before the first save", async () => {
      await using place = await openPlace();
      expect(await (await place.open()).load()).toBeUndefined();
    });

    test("another process loads the last one saved, whole", async () => {
      await using place = await openPlace();
      const store = await place.open();
      await store.load();
      for (const position of [1, 2, 3]) await store.save(checkpointAt(position));
      expect(await (await place.open()).load()).toEqual(checkpointAt(3));
    });

    test("a large one too, between small ones", async () => {
      await using place = await openPlace();
      const store = await place.open();
      await store.load();
      await store.save(checkpointAt(1));
      await store.save(largeCheckpointAt(2));
      const next = await place.open();
      expect(await next.load()).toEqual(largeCheckpointAt(2));
      await next.save(checkpointAt(3));
      expect(await (await place.open()).load()).toEqual(checkpointAt(3));
    });

    test("what was saved of stories before, and still counts, is there again; what does not is not", async () => {
      await using place = await openPlace();
      const store = await place.open();
      await store.load();
      const [small, large, last] = [storiesOf(1, 1), storiesOf(2, 40_000), storiesOf(40_003, 1)];
      const save = (piece: number, pieces: readonly number[], units: readonly UnitData[]) => {
        const { engine, ...rest } = checkpointAt(piece);
        return store.save({ ...rest, engine: { ...engine, piece, pieces, units } });
      };
      const found = async () => (await (await place.open()).load())?.engine.units;
      await save(1, [], small);
      await save(2, [1], large);
      await save(3, [1, 2], []);
      await save(4, [1, 2], last);
      await save(5, [2, 4], []);
      expect(await found()).toEqual([...large, ...last]);
    });

    test("a log that went back may have an earlier one", async () => {
      await using place = await openPlace();
      const store = await place.open();
      await store.load();
      await store.save(checkpointAt(7));
      await store.save(checkpointAt(2));
      expect(await (await place.open()).load()).toEqual(checkpointAt(2));
    });

    test("of two that go on from the same place, one loses its next save, and the other goes on", async () => {
      await using place = await openPlace();
      const earlier = await place.open();
      await earlier.load();
      await earlier.save(checkpointAt(1));
      const stores = [earlier, await place.open()];
      await stores[1]?.load();
      const lost: unknown[] = [];
      let saved = checkpointAt(1);
      for (const [round, store] of [...stores, ...stores].entries()) {
        try {
          await store.save(checkpointAt(2 + round));
          saved = checkpointAt(2 + round);
        } catch (cause) {
          lost.push([store, cause]);
        }
      }
      const loser = (lost[0] as [CheckpointStore, unknown])[0];
      expect(lost).toEqual([
        [loser, expect.any(CheckpointError)],
        [loser, expect.objectContaining({ lost: true })],
      ]);
      expect(await (await place.open()).load()).toEqual(saved);
    });

    test("who loads takes over: the one before learns it though there is nothing to save, and saves no more", async () => {
      await using place = await openPlace();
      const earlier = await place.open();
      await earlier.load();
      await earlier.confirm();
      const later = await place.open();
      await later.load();
      await expect(earlier.confirm()).rejects.toMatchObject({ name: "CheckpointError", lost: true });
      await expect(earlier.save(checkpointAt(1))).rejects.toMatchObject({ name: "CheckpointError", lost: true });
      await later.save(checkpointAt(2));
      await later.confirm();
      expect(await (await place.open()).load()).toEqual(checkpointAt(2));
    });

    test("what an engine notes of itself is read by the next one, which alone may note from then on", async () => {
      await using place = await openPlace();
      const open = async () => {
        const store = await place.open();
        await store.load();
        const { attempts } = store;
        if (attempts === undefined) throw new Error("it keeps no attempts");
        return attempts;
      };
      const alone = (position: number): Attempts => ({
        watched: true,
        open: { from: position, to: position, logTimeMs: 1_000.5, alone: true },
        suspect: { from: position, to: position, deaths: 1, isSaid: false, logTimeMs: 1_000.5, reason: "it died" },
        killed: 2,
        passed: [{ position: 1, logTimeMs: 7, reason: "it died twice" }],
      });
      const earlier = await open();
      expect(await earlier.load()).toBeUndefined();
      await earlier.save(alone(2));
      await earlier.save(alone(3));
      const later = await open();
      expect(await later.load()).toEqual(alone(3));
      // A note of the earlier one that was on its way may still come, and must not stop the later one.
      await earlier.save(alone(4)).catch((cause: unknown) => expect(cause).toMatchObject({ lost: true }));
      await later.save(alone(5));
      await expect(earlier.save(alone(6))).rejects.toMatchObject({ name: "CheckpointError", lost: true });
      await later.save(alone(7));
      expect(await (await open()).load()).toEqual(alone(7));
    });

    test("who loads after another one stopped goes on where it stopped", async () => {
      await using place = await openPlace();
      for (const position of [1, 2, 3, 4]) {
        const store = await place.open();
        expect((await store.load())?.position).toBe(position === 1 ? undefined : position - 1);
        await store.save(checkpointAt(position));
      }
    });
  });
}
