import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { SEED_PACK } from "../support/seed-pack.ts";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const HEAD = `# Chains of the shop.
apiVersion: tapio.dev/v1
kind: RuleTest
packs: [pack.yaml]
start: 2026-03-01T10:00:00Z
templates:
  oom:  { source: k8s, type: k8s.pod.oomkilled, traceId: t1, entity: { kind: Pod, namespace: shop, name: api-7f9 } }
  gone: { source: network, type: network.endpoint.removed, traceId: t1, entity: { kind: Service, namespace: shop, name: api } }
cases:
`;
const EVENTS = "events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 40s, use: gone } ]";
const KEY = "seed/oom-service-disruption";

function folderWith(cases: string): ReturnType<typeof temporaryFolder> {
  return temporaryFolder({ "pack.yaml": SEED_PACK, "a.test.yaml": HEAD + cases });
}

describe("test --update", () => {
  test("wrong values are replaced where they stand, comments and layout stay, the diff is shown", async () => {
    const cases = (severity: string, gone: string): string => `  - name: flow # one line
    ${EVENTS}
    expect: { stories:   [ { rule: ${KEY}, severity: ${severity} } ] } # why so
  - name: block
    ${EVENTS}
    expect:
      stories:
        - rule: ${KEY}
          bound: { gone: ${gone}, oom: [e1] }   # both
`;
    await using folder = await folderWith(cases("info", "[e1]"));
    const { code, err } = await tapio(["test", folder.path("a.test.yaml"), "--update"]);
    expect(code).toBe(0);
    expect(await readFile(folder.path("a.test.yaml"), "utf8")).toBe(HEAD + cases("critical", "[e2]"));
    expect(err).toContain(
      `a.test.yaml:12\n-    expect: { stories:   [ { rule: ${KEY}, severity: info } ] } # why so\n` +
        `+    expect: { stories:   [ { rule: ${KEY}, severity: critical } ] } # why so\n`,
    );
    expect(err).toContain("a.test.yaml:18\n-          bound: { gone: [e1], oom: [e1] }   # both\n+");
  });

  test("a story that is missing stays missing, and an expectation that holds stays as it is", async () => {
    const cases = `  - name: nothing comes
    events: [ { id: e1, at: 0s, use: oom } ]
    expect: { stories: [ { rule: ${KEY}, severity: info } ] }
  - name: as it is
    ${EVENTS}
    expect: { stories: [ { rule: ${KEY}, severity: "critical" } ] }
`;
    await using folder = await folderWith(cases);
    const { code, err } = await tapio(["test", folder.path(""), "--update"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(await readFile(folder.path("a.test.yaml"), "utf8")).toBe(HEAD + cases);
  });

  test("--fill adds what is not named yet, and a second time changes nothing", async () => {
    await using folder = await folderWith(`  - name: flow
    ${EVENTS}
    expect: { stories: [ { rule: ${KEY} } ] }
  - name: block
    ${EVENTS}
    expect:
      stories:
        - rule: ${KEY} # the chain
          severity: critical
`);
    expect((await tapio(["test", folder.path(""), "--fill"])).code).toBe(0);
    const filled = await readFile(folder.path("a.test.yaml"), "utf8");
    expect(filled).toContain(`    expect: { stories: [ { rule: ${KEY},
        bound: { oom: [e1], gone: [e2] }, severity: critical, confidence: `);
    expect(filled).toContain(`        - rule: ${KEY} # the chain
          severity: critical
          bound: { oom: [e1], gone: [e2] }
          confidence: `);
    expect(filled).toMatch(/\n {10}rootCause: \{ kind: Pod, name: api-7f9 \}\n$/);
    expect(await tapio(["test", folder.path(""), "--fill"])).toMatchObject({ code: 0, err: "" });
    expect(await readFile(folder.path("a.test.yaml"), "utf8")).toBe(filled);
  });

  test("a text of several lines gives way to one line, and what stands after it stays", async () => {
    const cases = (folded: string, kept: string): string => `  - name: in the middle
    ${EVENTS}
    expect:
      stories:
        - rule: ${KEY}
          summary: ${folded}
          # the chain
          severity: critical
  - name: at the end
    ${EVENTS}
    expect:
      stories:
        - rule: ${KEY}
          summary: ${kept}
  - name: after it
    ${EVENTS}
    expect: { stories: [ { rule: ${KEY} } ] }
`;
    await using folder = await folderWith(cases(">-\n            some\n            text", "|+\n            text\n"));
    expect((await tapio(["test", folder.path("a.test.yaml"), "--update"])).code).toBe(0);
    const summary = "Service disruption due to memory pressure";
    expect(await readFile(folder.path("a.test.yaml"), "utf8")).toBe(HEAD + cases(summary, `${summary}\n`));
  });

  test("a story that cases share by an alias is changed once, and only where all want the same", async () => {
    const cases = (severity: string): string => `  - name: anchor
    ${EVENTS}
    expect: &same { stories: [ { rule: ${KEY}, severity: ${severity} } ] } # one for all
  - { name: alias, ${EVENTS}, expect: *same }
`;
    await using agreeing = await folderWith(cases("info"));
    expect(await tapio(["test", agreeing.path("a.test.yaml"), "--update"])).toMatchObject({ code: 0 });
    expect(await readFile(agreeing.path("a.test.yaml"), "utf8")).toBe(HEAD + cases("critical"));

    const torn = `  - name: anchor
    ${EVENTS}
    expect: &same { stories: [ { rule: ${KEY}, severity: critical, bound: { oom: [e2] } } ] }
  - name: alias
    events: [ { id: e1, at: 0s, use: gone }, { id: e2, at: 40s, use: oom }, { id: e3, at: 80s, use: gone } ]
    expect: *same
`;
    await using disagreeing = await folderWith(torn);
    expect((await tapio(["test", disagreeing.path("a.test.yaml"), "--update"])).code).toBe(1);
    expect(await readFile(disagreeing.path("a.test.yaml"), "utf8")).toBe(HEAD + torn);
  });

  test("line ends stay as the file has them", async () => {
    const cases = `  - name: flow
    ${EVENTS}
    expect: { stories: [ { rule: ${KEY} } ] }
  - name: block
    ${EVENTS}
    expect:
      stories:
        - rule: ${KEY} # the chain
`;
    const text = (HEAD + cases).replaceAll("\n", "\r\n");
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "a.test.yaml": text });
    expect((await tapio(["test", folder.path(""), "--fill"])).code).toBe(0);
    const filled = await readFile(folder.path("a.test.yaml"), "utf8");
    expect(filled).toContain("severity: critical");
    expect(filled.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  test("a rule in shadow mode has its story say so, and actions are written anew in flow and in block", async () => {
    const cases = (actions: readonly string[], shadow: boolean): string => `  - name: flow
    ${EVENTS}
    expect: { stories: [ { rule: ${KEY}, actions: [${actions.join(", ")}], shadow: ${shadow} } ] }
  - name: block
    ${EVENTS}
    expect:
      stories:
        - rule: ${KEY}
          actions:
${actions.map((action) => `            - ${action}\n`).join("")}          shadow: ${shadow}
`;
    const pack = `${SEED_PACK.replace("    priority: 80", "    priority: 80\n    mode: shadow")}      actions: ["Look at {{ oom.entity.name }}", Wait]
`;
    await using folder = await temporaryFolder({ "pack.yaml": pack, "a.test.yaml": HEAD + cases(["Wait"], false) });
    expect((await tapio(["test", folder.path(""), "--update"])).code).toBe(0);
    const updated = await readFile(folder.path("a.test.yaml"), "utf8");
    expect(updated).toBe(HEAD + cases(["Look at api-7f9", "Wait"], true));
  });

  test("--fill says of a story that it is in shadow mode", async () => {
    const pack = SEED_PACK.replace("    priority: 80", "    priority: 80\n    mode: shadow");
    const cases = `  - { name: told in shadow, ${EVENTS}, expect: { stories: [ { rule: ${KEY} } ] } }\n`;
    await using folder = await temporaryFolder({ "pack.yaml": pack, "a.test.yaml": HEAD + cases });
    expect((await tapio(["test", folder.path(""), "--fill"])).code).toBe(0);
    expect(await readFile(folder.path("a.test.yaml"), "utf8")).toContain("shadow: true");
  });
});
