import { describe, expect, test } from "vitest";
import type { Story } from "../../../src/core/model/story.ts";
import { compareRuns } from "../../../src/core/testing/compare-runs.ts";
import { changeOf } from "../../support/story-kit.ts";

const TIME = "2026-03-01T10:00:00.000Z";

interface Told {
  readonly rule?: string;
  readonly name?: string;
  readonly time?: string;
  readonly more?: Partial<Story>;
}

function told(id: string, { rule = "oom", name = "api-7f9", time = TIME, more = {} }: Told = {}): Story {
  const entity = { kind: "Pod", namespace: "shop", name };
  return changeOf(id, 1, "told", {
    rule: { id: rule, pack: "memory", version: "1.0.0", digest: "sha256:00" },
    rootCause: { event: "e1", entity, time, statement: "" },
    summary: "what is wrong",
    ...more,
  }).story;
}

function inShort(before: readonly Story[], after: readonly Story[]): unknown {
  const { added, removed, changed, same } = compareRuns(before, after);
  const ids = (stories: readonly Story[]): string[] => stories.map(({ id }) => id);
  const pairs = changed.map((pair) => [pair.before.id, pair.after.id, pair.differences.map(({ path }) => path)]);
  return { added: ids(added), removed: ids(removed), changed: pairs, same };
}

describe("compareRuns", () => {
  const LATER = "2026-03-01T11:00:00.000Z";

  test.for([
    {
      name: "the same word by word, though its id and its rule's version are others",
      before: [told("a")],
      after: [told("b", { more: { rule: { id: "oom", pack: "memory", version: "2.0.0", digest: "sha256:01" } } })],
      want: { added: [], removed: [], changed: [], same: 1 },
    },
    {
      name: "another severity and headline",
      before: [told("a")],
      after: [told("a", { more: { severity: "warning", summary: "other" } })],
      want: { added: [], removed: [], changed: [["a", "a", ["severity", "summary"]]], same: 0 },
    },
    {
      name: "told in shadow mode now, with another runbook: nobody is notified any more",
      before: [told("a")],
      after: [told("a", { more: { shadow: true, runbook: "https://example.com" } })],
      want: { added: [], removed: [], changed: [["a", "a", ["shadow", "runbook"]]], same: 0 },
    },
    {
      name: "told by another rule: that alone, and not all that differs with it",
      before: [told("a")],
      after: [told("b", { rule: "renamed", more: { bound: { x: ["e1"] }, detail: "other" } })],
      want: { added: [], removed: [], changed: [["a", "b", ["rule"]]], same: 0 },
    },
    {
      name: "one story still, of another cause",
      before: [told("a")],
      after: [told("a", { time: LATER })],
      want: { added: [], removed: [], changed: [["a", "a", ["rootCause"]]], same: 0 },
    },
    {
      name: "of what else is lost only the names count, and not the reasons",
      before: [told("a", { more: { superseded: [{ rule: "x", title: "X", because: "one" }] } })],
      after: [told("a", { more: { superseded: [{ rule: "x", title: "Y", because: "two" }] } })],
      want: { added: [], removed: [], changed: [], same: 1 },
    },
    {
      name: "two stories of one cause by two rules, each with its own",
      before: [told("a", { rule: "one" }), told("b", { rule: "two" })],
      after: [told("c", { rule: "two" }), told("d", { rule: "one" })],
      want: { added: [], removed: [], changed: [], same: 2 },
    },
    {
      name: "three of a kind and two: the ids say which one is gone",
      before: [told("a"), told("b"), told("c")],
      after: [told("c"), told("a")],
      want: { added: [], removed: ["b"], changed: [], same: 2 },
    },
    {
      name: "in the order of time",
      before: [told("a", { name: "late", time: LATER }), told("b", { name: "early" })],
      after: [told("c", { name: "other", time: LATER }), told("d", { name: "another" })],
      want: { added: ["d", "c"], removed: ["b", "a"], changed: [], same: 0 },
    },
  ])("$name", ({ before, after, want }) => {
    expect(inShort(before, after)).toEqual(want);
  });

  test("by rule: what it told, tells, and left to another", () => {
    const before = [told("a", { rule: "old" }), told("b", { rule: "old", name: "b" }), told("c", { name: "c" })];
    const after = [told("a", { rule: "new" }), told("c", { name: "c" }), told("d", { name: "d" })];
    const none = { before: 0, after: 0, added: 0, removed: 0, changed: 0, passedOn: 0 };
    expect(compareRuns(before, after).byRule).toEqual([
      { ...none, rule: "memory/old", before: 2, removed: 1, passedOn: 1 },
      { ...none, rule: "memory/new", after: 1, changed: 1 },
      { ...none, rule: "memory/oom", before: 1, after: 2, added: 1 },
    ]);
  });
});
