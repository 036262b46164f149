import { describe, expect, test } from "vitest";
import { runChaos } from "../chaos/chaos.ts";
import { natsServerAvailable } from "../support/nats-server.ts";

/** The short form of `npm run chaos`: the long one kills hundreds of times. */
describe.skipIf(!natsServerAvailable())("killed again and again under load", () => {
  test("every revision is told once, in the words of an undisturbed run", { timeout: 110_000 }, async () => {
    const result = await runChaos({ seed: 4, events: 1_200, kills: 8, serverKills: 1, pauses: 1 });
    expect(result).toMatchObject({ missing: 0, wrong: 0, invented: 0, doubled: 0 });
    expect(result.revisions).toBeGreaterThan(50);
  });

  test("the harness sees a design that forgets what was in open windows", { timeout: 110_000 }, async () => {
    const { missing, wrong, invented } = await runChaos({ seed: 5, events: 900, kills: 6, design: "forgetful" });
    expect(missing + wrong + invented).toBeGreaterThan(0);
  });
});
