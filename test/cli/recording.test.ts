import { expect, test } from "vitest";
import { numberedIds, Recording } from "../../src/cli/recording.ts";
import { Redactor } from "../../src/core/intake/redact/redactor.ts";
import { endOfAlert } from "../../src/core/model/alert-end.ts";
import { event } from "../support/engine-kit.ts";

test("ids are numbered in their order, and the end of an alert stays that alert's", () => {
  const ids = ["a", "b", endOfAlert("a"), endOfAlert("lost")].sort();
  expect(Object.fromEntries(numberedIds(ids))).toEqual({
    a: "e1",
    [endOfAlert("a")]: "e1:resolved",
    b: "e3",
    [endOfAlert("lost")]: "e4",
  });
});

// Who looks for the end of an alert looks for its id: a recording with other ids must not lose it.
test("a recording with pseudonyms keeps what ends an alert", async () => {
  const lines: string[] = [];
  const write = async (line: string): Promise<void> => void lines.push(line);
  const recording = new Recording({ eventsMax: 10, bytesMax: 10_000 }, write, new Redactor("key", []));
  await recording.take(event("f00d:2026", "alert.targetdown", 0));
  await recording.take(event(endOfAlert("f00d:2026"), "alert.targetdown.resolved", 60));
  await recording.end();
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(["e1", endOfAlert("e1")]);
});
