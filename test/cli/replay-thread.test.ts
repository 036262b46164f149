import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { replayApart } from "../../src/cli/replay-thread.ts";
import type { RuleSet } from "../../src/core/model/rule.ts";
import { rule, step } from "../support/engine-kit.ts";

// Else a comparison that was interrupted would be reported as one without a difference.
test("a replay that the signal cut short is aborted, and no replay without stories", async () => {
  const { port1: port, port2: other } = new MessageChannel();
  const rules: RuleSet = { rules: [rule("r", [step("s", "a.b")])], packs: [], digest: "sha256:00" };
  expect(await replayApart({ rules, port }, AbortSignal.abort())).toEqual({ stories: [], ended: "aborted" });
  other.close();
});
