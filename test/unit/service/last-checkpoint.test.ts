import { expect, test } from "vitest";
import { LastCheckpoint } from "../../../src/service/last-checkpoint.ts";

/** How long after one that took so long the next one is due. */
function waitMs(tookMs: number, succeeded = true): number {
  const last = new LastCheckpoint();
  last.noteTry(1_000_000, 1_000_000 + tookMs, succeeded);
  for (let ms = 0; ; ms += 500) if (last.isDue(1_000_000 + tookMs + ms)) return ms;
}

test("the first checkpoint is due at once, the next every two seconds", () => {
  expect(new LastCheckpoint().isDue(1)).toBe(true);
  expect(waitMs(0)).toBe(2_000);
  expect(waitMs(100)).toBe(2_000);
});

test("they take a twentieth of the time at most", () => {
  expect(waitMs(500)).toBe(10_000);
});

test("a slow server keeps the next one waiting for half a minute at most", () => {
  expect(waitMs(4_900)).toBe(30_000);
});

test("what failed is tried again sooner", () => {
  expect(waitMs(5_000, false)).toBe(5_000);
  expect(waitMs(10, false)).toBe(2_000);
});

test("a clock that was set back keeps none waiting", () => {
  const last = new LastCheckpoint();
  last.noteTry(1_000_000, 1_000_000, true);
  expect(last.isDue(999_999)).toBe(true);
});

test("is outdated when the log went on, when something was told, and when sinks confirmed what it owes", () => {
  const last = new LastCheckpoint();
  last.note(10, 3);
  expect(last.isOutdated(10, 3)).toBe(false);
  expect(last.isOutdated(11, 3)).toBe(true);
  expect(last.isOutdated(10, 2)).toBe(true);
  last.noteTold();
  expect(last.isOutdated(10, 3)).toBe(true);
  last.note(10, 0);
  expect(last.isOutdated(10, 0)).toBe(false);
});
