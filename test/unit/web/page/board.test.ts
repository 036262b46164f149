import { expect, test } from "vitest";
import { type Board, EMPTY_BOARD, hear } from "../../../../src/web/page/board.js";
import { rowOf } from "../../../../src/web/story-row.ts";
import { changeOf } from "../../../support/story-kit.ts";

const rows = (...ids: string[]) => ids.map((id) => rowOf(changeOf(id).story));
const list = (...ids: string[]) => ({ kind: "list", stories: rows(...ids), forgotten: 0 }) as const;
const stories = (...ids: string[]) => ({ kind: "stories", stories: rows(...ids), forgotten: 3 }) as const;
const idsOf = (some: Iterable<{ readonly id: string }>) => [...some].map(({ id }) => id);
const after = (...words: Parameters<typeof hear>[1][]): Board => words.reduce(hear, EMPTY_BOARD);

test("the first list is no news; what comes later is", () => {
  expect(after(list("b", "a")).latest).toEqual([]);
  const board = after(list("b", "a"), stories("a", "c"));
  expect(idsOf(board.latest)).toEqual(["c"]);
  expect(idsOf(board.rows.values())).toEqual(["b", "a", "c"]);
  expect([board.forgotten, board.changed]).toEqual([3, new Set(["a", "c"])]);
});

test("the list of another process takes the place of what was there", () => {
  const board = after(list("b", "a"), list("c", "a"));
  expect(idsOf(board.rows.values())).toEqual(["a", "c"]);
  expect(idsOf(board.latest)).toEqual(["c"]);
});

test("no more than a thousand are held; those changed longest ago go first", () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => `st_${n}`);
  const board = after(list(...ids.toReversed()), stories("st_0", "st_new"));
  expect(board.rows.size).toBe(1_000);
  expect([board.rows.has("st_0"), board.rows.has("st_1"), board.rows.has("st_new")]).toEqual([true, false, true]);
});

test("what the service says is held while it is not heard", () => {
  const board = after(
    { kind: "state", state: { status: "ready", explains: true } },
    { kind: "connected", isConnected: false },
  );
  expect([board.isConnected, board.service?.status]).toEqual([false, "ready"]);
});
