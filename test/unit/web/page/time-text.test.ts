import { describe, expect, test } from "vitest";
import { agoText, durationText, offsetText, utcText } from "../../../../src/web/page/time-text.js";

describe("a length of time", () => {
  test.for([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_500, "1.5 s"],
    [9_960, "10 s"],
    [59_400, "59 s"],
    [59_900, "1 m"],
    [149_000, "2 m 29 s"],
    [3_600_000, "1 h"],
    [3_599_900, "1 h"],
    [5_400_000, "1 h 30 m"],
    [90_000_000, "1 d 1 h"],
  ] as const)("%d ms is %s", ([ms, text]) => {
    expect(durationText(ms)).toBe(text);
  });
});

test("an offset has its sign, and none at the cause itself", () => {
  expect([0, 15_000, -3_000].map(offsetText)).toEqual(["0", "+15 s", "−3 s"]);
});

test("how long ago, in one unit", () => {
  expect([-5, 9_000, 59_000, 61_000, 7_300_000, 200_000_000].map(agoText)).toEqual([
    "just now",
    "just now",
    "59 s ago",
    "1 min ago",
    "2 h ago",
    "2 d ago",
  ]);
});

test("UTC is whole, with milliseconds where there are some", () => {
  expect(utcText(Date.UTC(2026, 2, 1, 10, 0, 0, 250))).toBe("2026-03-01 10:00:00.250 UTC");
  expect(utcText(Date.UTC(2026, 2, 1, 10))).toBe("2026-03-01 10:00:00 UTC");
});
