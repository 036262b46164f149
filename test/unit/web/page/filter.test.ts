import { describe, expect, test } from "vitest";
import { countsBy, filtered, NO_FILTER, takesAll } from "../../../../src/web/page/filter.js";
import { rowOf } from "../../../../src/web/story-row.ts";
import { changeOf } from "../../../support/story-kit.ts";

const at = (id: string, minute: number, more: object = {}) => {
  const { story } = changeOf(id, 1, undefined, more);
  return rowOf({ ...story, rootCause: { ...story.rootCause, time: `2026-03-01T10:${minute}:00Z` } });
};
const rows = [
  at("st_old", 10),
  at("st_new", 40, { severity: "error", summary: "Disk is full" }),
  at("st_mid", 20, { status: "resolved", category: "security" }),
  at("st_tie", 20, { status: "resolved", severity: "error" }),
];
const ids = (filter: object) => filtered(rows, { ...NO_FILTER, ...filter }).map(({ id }) => id);

describe("stories are filtered", () => {
  test.for([
    { name: "by nothing: the newest cause first", filter: {}, want: ["st_new", "st_mid", "st_tie", "st_old"] },
    { name: "by a word, whatever its case", filter: { text: "DISK" }, want: ["st_new"] },
    { name: "by all words together", filter: { text: "disk crash" }, want: [] },
    { name: "by an entity", filter: { text: "shop/api-7f9 st_mid" }, want: ["st_mid"] },
    { name: "by rule", filter: { text: "memory/oom disk" }, want: ["st_new"] },
    { name: "by status", filter: { statuses: ["resolved"] }, want: ["st_mid", "st_tie"] },
    { name: "by several severities", filter: { severities: ["error", "warning"] }, want: ["st_new", "st_tie"] },
    { name: "by category", filter: { categories: ["security"] }, want: ["st_mid"] },
  ])("$name", ({ filter, want }) => {
    expect(ids(filter)).toEqual(want);
  });
});

test("a word's count is what it would show under the rest of the filter", () => {
  const filter = { ...NO_FILTER, severities: ["error" as const], statuses: ["resolved" as const] };
  expect(Object.fromEntries(countsBy(rows, filter, "severity"))).toEqual({ critical: 1, error: 1 });
  expect(Object.fromEntries(countsBy(rows, filter, "status"))).toEqual({ open: 1, resolved: 1 });
  expect([takesAll(filter), takesAll({ ...NO_FILTER, text: " " })]).toEqual([false, true]);
});
