import { expect, test } from "vitest";
import { formatTime, parseTime } from "../../../src/core/model/time.ts";

test.for([
  ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000Z", 1000],
  ["2026-03-01T10:00:00.250Z", "2026-03-01T10:00:00.250Z", 1],
  ["2026-03-01t10:00:00,25z", "2026-03-01T10:00:00.250Z", 10],
  ["2026-03-01 12:30:00+02:30", "2026-03-01T10:00:00.000Z", 1000],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z", 1000],
  ["2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000Z", 1000],
] as const)("%s is a time", ([text, iso, precisionMs]) => {
  const stamp = parseTime(text);
  expect(stamp && formatTime(stamp.ms)).toBe(iso);
  expect(stamp?.precisionMs).toBeCloseTo(precisionMs);
});

test.for([
  "2026-02-29T10:00:00Z",
  "2026-02-30T10:00:00Z",
  "2026-04-31T10:00:00Z",
  "2026-00-10T10:00:00Z",
  "2026-13-10T10:00:00Z",
  "2026-03-00T10:00:00Z",
  "2026-03-32T10:00:00Z",
  "2026-03-01T24:00:00Z",
  "2026-03-01T10:60:00Z",
  "2026-03-01T10:00:61Z",
  "2026-03-01T10:00:00",
  "2026-03-01",
])("%s is none", (text) => {
  // Of the same day as one that was read: that way is shorter.
  parseTime("2026-03-01T00:00:00Z");
  expect(parseTime(text)).toBeUndefined();
});
