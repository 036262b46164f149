import { expect, test } from "vitest";
import { Ownership } from "../../../src/core/intake/ownership.ts";

const pod = (name: string) => ({ kind: "Pod", namespace: "shop", name });
const daemonSet = (name: string) => ({ kind: "DaemonSet", namespace: "shop", name });

test("before a place of the log is known what was told before it, however it was told later", () => {
  const ownership = new Ownership(10);
  for (const [position, name, owner] of [
    [3, "agent-a", "agent"],
    [5, "agent-a", "other"],
    [5, "agent-b", "agent"],
    [8, "agent-a", "agent"],
  ] as const) {
    ownership.position = position;
    ownership.learnOwner(pod(name), daemonSet(owner));
  }
  const agent = ["DaemonSet", "shop", "agent"];
  expect(ownership.before(3)).toEqual([]);
  expect(ownership.before(4)).toEqual([["Pod/shop/", agent, ["-a"]]]);
  expect(ownership.before(6)).toEqual([
    ["Pod/shop/", agent, ["-b"]],
    ["Pod/shop/", ["DaemonSet", "shop", "other"], ["agent-a"]],
  ]);
  expect(ownership.before(9)).toEqual([["Pod/shop/", agent, ["-b", "-a"]]]);
});

test("of more owners than may be written those are left out that were not asked for in longest", () => {
  const ownership = new Ownership(100_000);
  const name = (number: number): string => `${"x".repeat(40)}${number}`;
  for (let number = 0; number < 30_000; number++) ownership.learnOwner(pod(name(number)), daemonSet("agent"));
  expect(ownership.topOf(pod(name(0)))).toMatchObject(daemonSet("agent"));
  const kept = ownership.before(1);
  expect(JSON.stringify(kept).length).toBeLessThan(600_000);
  const later = new Ownership(100_000);
  later.recall(kept);
  expect(later.topOf(pod(name(29_999)))).toMatchObject(daemonSet("agent"));
  expect(later.topOf(pod(name(0)))).toMatchObject(daemonSet("agent"));
  expect(later.topOf(pod(name(1)))).toMatchObject(pod(name(1)));
});

test("a name that begins with a hyphen is nobody's", () => {
  const ownership = new Ownership(10);
  ownership.learnOwner(pod("-a"), daemonSet("agent"));
  expect(ownership.before(1)).toEqual([]);
});
