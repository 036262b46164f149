import { expect, test } from "vitest";
import { counted } from "../../../src/core/expression/counted.ts";

test.for([
  [1, "event", "1 event"],
  [2, "entry", "2 entries"],
  [0, "story", "0 stories"],
  [3, "ingress", "3 ingresses"],
  [2, "networkpolicy", "2 networkpolicies"],
  [2, "day", "2 days"],
] as const)("%d %s", ([count, noun, text]) => {
  expect(counted(count, noun)).toBe(text);
});
