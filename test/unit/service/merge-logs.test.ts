import { expect, test } from "vitest";
import type { DecodedBatch } from "../../../src/service/log-decoder.ts";
import { mergeLogs } from "../../../src/service/merge-logs.ts";
import { event } from "../../support/engine-kit.ts";

/** A log of events a second apart, and whether whoever read it has let it go. */
function logOf(name: string, count: number) {
  const log = {
    isOpen: false,
    async *batches(): AsyncGenerator<DecodedBatch> {
      log.isOpen = true;
      try {
        for (let at = 1; at <= count; at++) {
          const events = [{ event: event(`${name}${at}`, "x.a", at), logTimeMs: 1_000 * at, position: at }];
          yield { events, rejected: [], position: at, logTimeMs: 1_000 * at, quiet: false };
        }
      } finally {
        log.isOpen = false;
      }
    },
  };
  return log;
}

test("logs are merged by their log times, ties by their order, and positions are counted anew", async () => {
  const merged = [];
  for await (const { events } of mergeLogs([logOf("a", 2).batches(), logOf("b", 3).batches()])) {
    for (const { event: one, position } of events) merged.push(`${position} ${"id" in one ? one.id : ""}`);
  }
  expect(merged).toEqual(["1 a1", "2 b1", "3 a2", "4 b2", "5 b3"]);
});

test("who breaks off lets go of every log", async () => {
  const logs = [logOf("a", 2_000), logOf("b", 2_000)];
  for await (const _ of mergeLogs(logs.map((log) => log.batches()))) break;
  expect(logs.map(({ isOpen }) => isOpen)).toEqual([false, false]);
});
