import { expect, test } from "vitest";
import { LanguageThread } from "../../../src/adapters/file/language-thread.ts";
import { DEMO_PACK } from "../../support/demo-pack.ts";

function testOf(name: string): { readonly path: string; readonly text: string } {
  const text = `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [ demo.yaml ]
cases:
  - name: ${name}
    events: [ { at: 0s, source: k8s, type: k8s.pod.oomkilled, traceId: t1, entity: { kind: Pod, name: api } } ]
    expect: { stories: [] }
`;
  return { path: `${name}.test.yaml`, text };
}

test("what is asked for at once is answered one after the other, each with its own", async () => {
  await using thread = new LanguageThread();
  const packs = { packs: [{ path: "demo.yaml", text: DEMO_PACK }], today: "2026-01-01" };
  const [one, rules, two, broken] = await Promise.all([
    thread.readTest(testOf("one"), {}),
    thread.readPacks(packs, {}),
    thread.readTest(testOf("two"), {}),
    thread.readTest({ path: "broken.test.yaml", text: "cases: [" }, {}),
  ]);
  expect([one, two].map((read) => read.test?.cases.map(({ name }) => name))).toEqual([["one"], ["two"]]);
  expect(rules.rules.rules.map(({ key }) => key)).toEqual(["demo/oom"]);
  expect(broken.test).toBeUndefined();
  expect(broken.findings).toMatchObject([{ severity: "error", file: "broken.test.yaml", line: 1 }]);
});

test("a reading that is given up does not hold up the next one", async () => {
  await using thread = new LanguageThread();
  const late = thread.readTest(testOf("late"), { deadlineMs: 1 });
  const next = thread.readTest(testOf("next"), {});
  await expect(late).rejects.toThrow(
    /^rules: reading late\.test\.yaml took more than 0\.001 s of the processor's time/,
  );
  expect((await next).test?.cases).toHaveLength(1);
});

test("nobody reads for those who went away", async () => {
  await using thread = new LanguageThread();
  const gone = new AbortController();
  const reading = thread.readTest(testOf("one"), { signal: gone.signal });
  gone.abort(new Error("gone"));
  await expect(reading).rejects.toThrow(/gone|broken off/);
});

test("the deadline is one of the processor's time: a machine that is busy with others makes nothing late", async () => {
  await using thread = new LanguageThread();
  const { test: read } = await thread.readTest(testOf("slow"), { deadlineMs: 1, processorMs: () => 0 });
  expect(read?.cases).toHaveLength(1);
});
