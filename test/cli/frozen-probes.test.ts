import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { SEED_PACK } from "../support/seed-pack.ts";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const KEY = "seed/oom-service-disruption";
const OTHER = `  - id: oom
    title: A container runs out of memory
    category: resource-pressure
    severity: error
    priority: 10
    steps: [ { as: oom, type: k8s.pod.oomkilled, role: cause } ]
    story: { summary: A container runs out of memory }
`;

function testOf(...names: readonly string[]): string {
  const cases = names.map(
    (name) => `  - name: ${name}
    events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 40s, use: gone } ]
    expect: { stories: [ { rule: ${KEY} } ] }
    probes: auto
`,
  );
  return `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [.]
templates:
  oom:  { source: k8s, type: k8s.pod.oomkilled, traceId: t1, entity: { kind: Pod, namespace: shop, name: api-7f9 } }
  gone: { source: network, type: network.endpoint.removed, traceId: t1, entity: { kind: Service, namespace: shop, name: api } }
cases:
${cases.join("")}`;
}

const frozen = (leftOut: string): string => `  ${KEY}:
    the step oom left out: nothing
    the step gone left out: ${leftOut}
    gone just over 5m after oom: ${leftOut}
    gone before oom: ${leftOut}
    oom in another trace: ${leftOut}
    gone in another trace: ${leftOut}
    oom of another type: nothing
    gone of another type: ${leftOut}
`;

test("probes are frozen on request; one that tells something else fails, and --update renews them", async () => {
  await using folder = await temporaryFolder({ "seed.yaml": SEED_PACK, "seed.test.yaml": testOf("chain") });
  const kept = (): Promise<string> => readFile(folder.path("seed.probes.yaml"), "utf8");
  const run = (...options: readonly string[]) => tapio(["test", folder.path("."), ...options]);
  expect(await run("--update")).toMatchObject({ code: 0, err: "" });
  expect(existsSync(folder.path("seed.probes.yaml"))).toBe(false);

  const { code, err } = await run("--freeze");
  expect(code).toBe(0);
  expect(err).toMatch(/seed\.probes\.yaml\n\+ 8 probes frozen\n/);
  expect((await kept()).split("\n").slice(1).join("\n")).toBe(`chain:\n${frozen("nothing")}`);
  expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining("1 passed, 0 failed") });

  await writeFile(folder.path("seed.yaml"), SEED_PACK + OTHER);
  const changed = await run();
  expect(changed.code).toBe(1);
  expect(changed.out).toContain("probes are not as they were frozen");
  expect(changed.out).toMatch(/: the step gone left out\n +expected {2}nothing\n +got {7}seed\/oom\n/);
  expect(changed.out).not.toContain("the step oom left out");

  const renewed = await run("--update");
  expect(renewed.code).toBe(0);
  expect(renewed.err).toContain(`- chain · ${KEY} · gone before oom: nothing\n`);
  expect(renewed.err).toContain(`+ chain · ${KEY} · gone before oom: seed/oom\n`);
  expect(await kept()).toContain(`chain:\n${frozen("seed/oom")}`);
});

test("a new probe fails, one that is gone too; what was not run stays frozen; what is gone is told", async () => {
  await using folder = await temporaryFolder({ "seed.yaml": SEED_PACK, "seed.test.yaml": testOf("one", "two") });
  const path = folder.path("seed.probes.yaml");
  const run = (...options: readonly string[]) => tapio(["test", folder.path("."), ...options]);
  await run("--freeze");
  const whole = await readFile(path, "utf8");
  await writeFile(path, whole.replace("    gone before oom: nothing\n", "    gone behind oom: nothing\n"));
  const { code, out } = await run("--run", "one");
  expect(code).toBe(1);
  expect(out).toMatch(/: gone behind oom\n +expected {2}nothing\n +got {7}no such probe\n/);
  expect(out).toMatch(/: gone before oom\n +expected {2}not frozen\n +got {7}nothing\n/);
  expect((await run("--run", "one", "--update")).code).toBe(0);
  expect(await readFile(path, "utf8")).toBe(whole);

  await writeFile(folder.path("seed.test.yaml"), testOf("two"));
  const gone = await run();
  expect(gone).toMatchObject({ code: 0, out: expect.stringContaining("has probes of `one`, which is gone") });
  await run("--update");
  expect(await readFile(path, "utf8")).not.toContain("one:");
  expect((await run()).out).not.toContain("which is gone");
});

test("another word at the end of a long test for words makes no other probe", async () => {
  const words = "(?i)(cannot allocate|out of memory|oom|killed by the kernel|memory cgroup|page allocation failure";
  const packOf = (more: string): string =>
    SEED_PACK.replace(
      "type: k8s.pod.oomkilled,",
      `type: k8s.pod.oomkilled, where: { any: [ { message: { matches: "${words}${more})" } }, { message: { exists: false } } ] },`,
    );
  await using folder = await temporaryFolder({ "seed.yaml": packOf(""), "seed.test.yaml": testOf("chain") });
  expect((await tapio(["test", folder.path("."), "--freeze"])).err).toContain("+ 9 probes frozen");
  const lines = (await readFile(folder.path("seed.probes.yaml"), "utf8")).split("\n");
  expect(lines.filter((line) => 120 < line.length)).toEqual([]);
  await writeFile(folder.path("seed.yaml"), packOf("|no memory"));
  expect(await tapio(["test", folder.path(".")])).toMatchObject({ code: 0 });
});

test.for([
  ["chain: { x", "can't be read: "],
  ["chain: [1]\n", "it says something else than case, rule, probe"],
] as const)("frozen probes that can't be read are said so: %j", async ([text, says]) => {
  await using folder = await temporaryFolder({
    "seed.yaml": SEED_PACK,
    "seed.test.yaml": testOf("chain"),
    "seed.probes.yaml": text,
  });
  const { code, out } = await tapio(["test", folder.path(".")]);
  expect(code).toBe(1);
  expect(out).toContain(says);
  expect(await tapio(["lint", folder.path(".")])).toMatchObject({ code: 0, err: expect.stringContaining("2 files") });
});
