import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Story } from "../../src/core/model/story.ts";
import { SEED_PACK } from "../support/seed-pack.ts";
import { tapio } from "./in-process.ts";
import { SEED_LINES } from "./seed-lines.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const RECORDING = "rules/resource-pressure/fixtures/oom-hits-dependant.ndjson";
const SUMMARY = "Service disruption due to memory pressure";

async function until(reached: () => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000 && !reached(); waitedMs += 10) await sleep(10);
  expect(reached()).toBe(true);
}

describe("the forms of a story", () => {
  test("text on a terminal", async () => {
    const { code, out, err } = await tapio(["eval"], { stdin: SEED_LINES, terminal: true, env: { NO_COLOR: "1" } });
    expect(code).toBe(0);
    expect(out).toMatch(
      /^● CRITICAL {2}Service disruption due to memory pressure {3,}shop\/api {3}open \d+s\n {2}root cause/,
    );
    expect(out.split("\n")[2]).toMatch(
      /chain {7}memory\.alloc_failed → \S.*\+2s → rollback \+4s → endpoint removed \+6s$/,
    );
    expect(out).toContain("\n  do          ");
    expect(err).toBe("tapio: 4 entries read · 4 events · 1 story\n");
  });

  test("NDJSON in a pipe: one story a line, nothing else on stdout", async () => {
    const { out } = await tapio(["eval", RECORDING]);
    const [line = "", ...rest] = out.split("\n");
    expect(rest).toEqual([""]);
    expect(JSON.parse(line)).toMatchObject({ kind: "Story", rule: { id: "oom-hits-dependant" } });
  });

  test.for([
    ["json", (text: string) => JSON.parse(text) as Story[]],
    ["yaml", (text: string) => parse(text) as Story[]],
  ] as const)("%s is one list", async ([form, read]) => {
    const { out } = await tapio(["eval", "-o", form], { stdin: SEED_LINES });
    expect(read(out)).toMatchObject([{ summary: SUMMARY, traceId: "abc123" }]);
    const nothing = await tapio(["eval", "-o", form], { stdin: "" });
    expect(read(nothing.out)).toEqual([]);
  });
});

test("the order of arrival changes nothing, and four traces are no disruption", async () => {
  const lines = SEED_LINES.trim().split("\n");
  const reversed = await tapio(["eval", "-o", "json"], { stdin: lines.toReversed().join("\n") });
  expect(JSON.parse(reversed.out)).toMatchObject([{ summary: SUMMARY }]);
  const apart = lines.map((line, at) => line.replace("abc123", `t${at}`)).join("\n");
  expect((await tapio(["eval"], { stdin: apart })).out).not.toContain(SUMMARY);
});

test("bad lines are named by number and reason, the first twenty, and end nothing", async () => {
  const bad = Array.from({ length: 22 }, () => "nope").join("\n");
  const { code, out, err } = await tapio(["eval", "-"], { stdin: `${bad}\n${SEED_LINES}` });
  expect(code).toBe(0);
  expect(out).toContain(SUMMARY);
  expect(err).toContain("26 entries read · 4 events · 22 bad lines skipped · 1 story");
  expect(err).toContain("  bad: <stdin>:1: not JSON: ");
  expect(err).toContain("  bad: <stdin>:20: ");
  expect(err).not.toContain("  bad: <stdin>:21: ");
  expect(err).toContain("  bad: and 2 more lines\n");
});

test("input of which nothing can be read is an error", async () => {
  const { code, out, err } = await tapio(["eval"], { stdin: "I0301 10:00:00 kubelet.go:1] hello\nanother line\n" });
  expect([code, out]).toEqual([3, ""]);
  expect(err).toContain("tapio: nothing in the input can be read; events are JSON: kubectl get events -A -o json\n");
});

test("shapes that nobody knows are counted, not refused", async () => {
  const { code, err } = await tapio(["eval"], {
    stdin: '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"}}',
  });
  expect(code).toBe(0);
  expect(err).toMatch(/1 of unknown shape \(.*Thing.* 1\)/);
});

test("no story is said in words, with why", async () => {
  const [one = ""] = SEED_LINES.split("\n");
  const { code, out, err } = await tapio(["eval", "-o", "text"], { stdin: one });
  expect([code, out]).toEqual([0, ""]);
  expect(err).toContain("tapio: no story: 1 event in 1 window of one trace each, and no rule held\n");
  expect((await tapio(["eval"], { stdin: "" })).err).toContain("no story: there was no event in the input");
});

test("--stats says how much less there is to read", async () => {
  const { err } = await tapio(["eval", "--stats"], { stdin: SEED_LINES + SEED_LINES });
  expect(err).toContain("tapio: 8 raw → 4 deduplicated (50.0 %) → 4 grouped (50.0 %) → 1 story (12.5 %)\n");
});

test("--fail-on-story exits with 1 for a story, and not for one in shadow mode", async () => {
  await using folder = await temporaryFolder({
    "pack.yaml": SEED_PACK,
    "shadow.yaml": SEED_PACK.replace("    priority: 80", "    priority: 80\n    mode: shadow"),
  });
  const run = (pack: string) =>
    tapio(["eval", "--fail-on-story", "-o", "text", "--rules", folder.path(pack)], { stdin: SEED_LINES });
  expect((await run("pack.yaml")).code).toBe(1);
  const shadow = await run("shadow.yaml");
  expect(shadow.code).toBe(0);
  expect(shadow.out).toContain("● CRITICAL (shadow)");
});

test("--rules takes several paths, and files of events may follow them", async () => {
  await using folder = await temporaryFolder({ "a.yaml": SEED_PACK, "events.json": SEED_LINES });
  const { out } = await tapio(["eval", "--rules", folder.path("a.yaml"), folder.path("events.json")]);
  expect(JSON.parse(out)).toMatchObject({ rule: { pack: "seed" } });
});

test("windows are bounded as asked", async () => {
  expect((await tapio(["eval", "--min-events", "5"], { stdin: SEED_LINES })).out).toBe("");
  const apart = await tapio(["eval", "--correlation-window", "1s"], { stdin: SEED_LINES });
  expect(apart.out).not.toContain(SUMMARY);
});

test.for([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s before the end of the input exits with %d", async ([name, expected]) => {
  const controller = new AbortController();
  controller.abort(name);
  const early = await tapio(["eval"], { stdin: SEED_LINES, signal: controller.signal });
  expect(early).toEqual({ code: expected, out: "", err: "" });
});

test("an interruption while waiting for input prints what was told so far", async () => {
  const controller = new AbortController();
  const input = new PassThrough();
  input.write(SEED_LINES);
  const running = tapio(["eval"], { stdin: input, signal: controller.signal });
  await until(() => input.readableLength === 0 && input.readableFlowing !== null);
  controller.abort("SIGINT");
  const { code, err } = await running;
  expect(code).toBe(130);
  expect(err).toContain("interrupted before the end of the input");
});
