import { readFile, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { SEED_PACK } from "../support/seed-pack.ts";
import { until } from "../support/until.ts";
import { tapio } from "./in-process.ts";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const KEY = "seed/oom-service-disruption";

function testOf(severity: string): string {
  return `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [packs]
templates:
  oom:  { source: k8s, type: k8s.pod.oomkilled, traceId: t1, entity: { kind: Pod, namespace: shop, name: api-7f9 } }
  gone: { source: network, type: network.endpoint.removed, traceId: t1, entity: { kind: Service, namespace: shop, name: api } }
cases:
  - name: chain
    events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 40s, use: gone } ]
    expect: { stories: [ { rule: ${KEY}, severity: ${severity} } ] }
`;
}

test("--watch runs again what changes, waits for broken files to be mended, and ends with 130", {
  timeout: 90_000,
}, async () => {
  await using folder = await temporaryFolder({
    "packs/seed.yaml": SEED_PACK,
    "a.test.yaml": testOf("critical"),
    "b.test.yaml": testOf("critical"),
  });
  await using program = startProgram(["test", folder.path("."), "--watch"]);
  let seen = 0;
  /** What a round printed, when it is over. */
  const round = (what: string): Promise<string> =>
    until(what, () => {
      const found = program.out().match(/[\s\S]*?\d+ passed, \d+ failed\n/g)?.[seen];
      if (found !== undefined) seen += 1;
      return found;
    });
  expect(await round("the first round")).toMatch(/ok .*a\.test[\s\S]*ok .*b\.test[\s\S]*2 passed, 0 failed/);

  await writeFile(folder.path("b.test.yaml"), testOf("info"));
  const alone = await round("the test that changed");
  expect(alone).toMatch(/b\.test.*\n[\s\S]*1 failed/);
  expect(alone).not.toContain("a.test");
  await program.sees(/1 passed, 1 failed in all; watching 2 test files/);

  await writeFile(folder.path("b.test.yaml"), "cases: [");
  expect(await round("the broken test")).toContain("it can't be read");
  await writeFile(folder.path("b.test.yaml"), testOf("critical"));
  expect(await round("the mended test")).toContain("1 passed, 0 failed");

  const pack = await readFile(folder.path("packs/seed.yaml"), "utf8");
  await writeFile(folder.path("packs/seed.yaml"), `${pack}\nnone: 1\n`);
  expect(await round("the broken pack")).toMatch(/its packs can't be loaded[\s\S]*0 passed, 2 failed/);
  await rm(folder.path("a.test.yaml"));
  await writeFile(folder.path("packs/seed.yaml"), pack.replace("severity: critical", "severity: error"));
  expect(await round("the pack that means something else")).toMatch(/severity[\s\S]*0 passed, 1 failed/);
  await program.sees(/tapio: watching 1 test file, Ctrl-C ends/);

  await writeFile(folder.path("c.test.yaml"), testOf("error"));
  expect(await round("a new test")).toMatch(/ok .*c\.test.*\n\n1 passed, 0 failed/);
  program.signal("SIGINT");
  expect(await program.ended).toBe(130);
});

test("--watch goes with nothing that writes the tests", async () => {
  expect(await tapio(["test", "--watch", "--update"])).toMatchObject({
    code: 3,
    err: expect.stringContaining("'--watch' cannot be used with option '--update'"),
  });
});
