import { expect, test } from "vitest";
import { CheckpointPace } from "../../../src/service/checkpoint-pace.ts";

/** How long after one that took so long the next one is due. */
function waitMs(tookMs: number): number {
  const pace = new CheckpointPace();
  pace.note(1_000_000, 1_000_000 + tookMs);
  for (let ms = 0; ; ms += 500) if (pace.isDue(1_000_000 + tookMs + ms)) return ms;
}

test("the first checkpoint is due at once, the next every two seconds", () => {
  expect(new CheckpointPace().isDue(1)).toBe(true);
  expect(waitMs(0)).toBe(2_000);
  expect(waitMs(100)).toBe(2_000);
});

test("they take a twentieth of the time at most", () => {
  expect(waitMs(500)).toBe(10_000);
});

test("a server that gave no answer is asked again soon", () => {
  expect(waitMs(5_000)).toBe(30_000);
});

test("a clock that was set back keeps none waiting", () => {
  const pace = new CheckpointPace();
  pace.note(1_000_000, 1_000_000);
  expect(pace.isDue(999_999)).toBe(true);
});
