import { describe, expect, test } from "vitest";
import { readPath } from "../../../src/core/expression/read-path.ts";
import { parsePath } from "../../../src/core/model/path.ts";

const event = {
  reason: "OOMKilled",
  message: null,
  entity: { kind: "Pod", name: "api" },
  related: [
    { role: "owner", name: "api-rs" },
    { role: "mounts", name: "settings" },
    { role: "mounts", name: "secrets" },
  ],
  attributes: {
    verb: "get",
    "memory.limit_bytes": 512,
    deep: { "a.b": { c: 1 } },
    both: { x: 1 },
    "both.y": 2,
    list: [[1], [2]],
  },
};

const rows: readonly [path: string, values: readonly unknown[]][] = [
  ["reason", ["OOMKilled"]],
  ["message", []],
  ["nothing", []],
  ["entity.name", ["api"]],
  ["entity.name.length", []],
  ["reason.length", []],
  ["related.name", []],
  ["related.length", []],
  ["related[*].name", ["api-rs", "settings", "secrets"]],
  ["related[role=mounts].name", ["settings", "secrets"]],
  ["related[role=none].name", []],
  ["related[1].name", ["settings"]],
  ["related[9].name", []],
  ["entity[*]", []],
  ["attributes.verb", ["get"]],
  ["attributes.memory.limit_bytes", [512]],
  ["attributes.deep.a.b.c", [1]],
  ["attributes.both.x", [1]],
  ["attributes.both.y", [2]],
  ["attributes.list[*][*]", [1, 2]],
  ["constructor", []],
  ["constructor.name", []],
  ["__proto__.constructor", []],
  ["entity.toString", []],
  ["attributes.hasOwnProperty", []],
];

describe("readPath", () => {
  test.for(rows)("%s", ([text, values]) => {
    const path = parsePath(text);
    expect(path).toBeDefined();
    if (path !== undefined) expect(readPath(event, path)).toEqual(values);
  });

  test.for([undefined, null, 5, "text", []])("nothing is read from %j", (root) => {
    const path = parsePath("length");
    if (path !== undefined) expect(readPath(root, path)).toEqual([]);
  });
});
