import { describe, expect, test } from "vitest";
import { runChaos } from "../chaos/chaos.ts";
import { STEPS } from "../chaos/naive/die-at.ts";
import { natsServerAvailable } from "../support/nats-server.ts";

/** Far longer than they take on a machine that is not busy with something else: about half a minute each. */
const MS_MAX = 240_000;

/** The short form of `npm run chaos`: the long one kills hundreds of times. */
describe.skipIf(!natsServerAvailable())("killed again and again under load", () => {
  test("every revision is told once, in the words of an undisturbed run", { timeout: MS_MAX }, async ({ signal }) => {
    const once = { serverKills: 1, pauses: 1, lostAnswers: 2, purges: 2, recreations: 1 };
    const result = await runChaos({ seed: 4, events: 1_200, kills: 9, ...once, signal });
    expect(result).toMatchObject({ missing: 0, wrong: 0, invented: 0, doubled: 0, buried: [] });
    expect(result.revisions).toBeGreaterThan(50);
    expect(result.done).toMatchObject({ kills: 9, "server kills": 1, pauses: 1, "answers lost": 2 });
    expect(result.done).toMatchObject({ purges: 2, "streams made anew": 1 });
    expect(Object.keys(result.done)).toContain(`at ${STEPS[0]}`);
  });

  test("and so it is where a cluster of three loses the server that leads", { timeout: MS_MAX }, async ({ signal }) => {
    const result = await runChaos({ seed: 6, events: 600, kills: 3, nodes: 3, serverKills: 1, purges: 1, signal });
    expect(result).toMatchObject({ missing: 0, wrong: 0, invented: 0, doubled: 0 });
    expect(result.revisions).toBeGreaterThan(20);
  });

  // A checker that finds nothing wrong with these would find nothing wrong with anything.
  test.for([
    { design: "receipt", kills: 5 },
    { design: "dedupe", kills: 5 },
    { design: "careless", kills: 12 },
  ])("the harness sees that a design is naive: $design", { timeout: MS_MAX }, async ({ design, kills }, { signal }) => {
    const { missing, wrong, invented, doubled } = await runChaos({
      seed: 5,
      events: 120 * kills,
      kills,
      design,
      signal,
    });
    expect(design === "careless" ? doubled : missing + wrong + invented).toBeGreaterThan(0);
  });
});
