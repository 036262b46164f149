import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const PACK = `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: shop, version: 0.1.0 }
rules:
  - id: storm
    title: A change, then a storm
    category: configuration-changes
    severity: error
    join: node
    steps:
      - { as: change, type: audit.pods.patch, role: cause, where: { attributes.succeeded: true, attributes.code: { lessThanInclusive: 299 } } }
      - { as: bad, type: k8s.pod.unhealthy, role: impact, after: change, within: 5m, count: { atLeast: 5 }, where: { message: { startsWith: Readiness } } }
    story: { summary: A storm }
`;

test("the test that new writes for a pack passes as it is: plain fields, attributes, a count, a node", async () => {
  await using folder = await temporaryFolder({ "shop.yaml": PACK });
  expect((await tapio(["new", "test", folder.path("shop.yaml")])).code).toBe(0);
  const file = folder.path("shop.test.yaml");
  expect(await readFile(file, "utf8")).toContain("attributes: { succeeded: true, code: 299 }");
  expect(await tapio(["test", file])).toMatchObject({ code: 0, out: expect.stringContaining("2 passed, 0 failed") });
});
