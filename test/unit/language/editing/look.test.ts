import { describe, expect, test } from "vitest";
import { definitionAt } from "../../../../src/core/language/editing/define.ts";
import { hoverAt } from "../../../../src/core/language/editing/hover.ts";
import { PACK, TEST, workspaceOf } from "./editing-kit.ts";

interface Row {
  /** A stretch of the text with the cursor in it. */
  readonly at: string;
  readonly hover?: RegExp;
  /** File and the line that the definition stands in; `undefined` where there is none. */
  readonly to?: string;
}

const OVERLAY = `apiVersion: tapio.dev/v1
kind: RuleOverlay
metadata: { name: shop, owner: team }
patches:
  - rule: demo/first-rule
    why: because
    set: { steps: { gone: { within: 6m } }, absent: { back: { to: oom + 3m } } }
`;

const FILES = new Map([
  ["/r/demo.yaml", PACK],
  ["/r/demo.test.yaml", TEST],
  ["/r/over.yaml", OVERLAY],
]);

function look(file: string, at: string): { readonly hover: string | undefined; readonly to: string | undefined } {
  const text = FILES.get(file) ?? "";
  const stretch = at.replace("‸", "");
  expect(text).toContain(stretch);
  const offset = text.indexOf(stretch) + at.indexOf("‸");
  const workspace = workspaceOf([file, text], ...[...FILES].filter(([other]) => other !== file));
  const definition = definitionAt(text, offset, workspace);
  const target = FILES.get(definition?.file ?? "") ?? "";
  const word = target.slice(definition?.span.start, definition?.span.end);
  const line = target.slice(0, definition?.span.start).split("\n").length;
  return {
    hover: hoverAt(text, offset, workspace)?.text,
    to: definition === undefined ? undefined : `${definition.file}:${line}:${word}`,
  };
}

function says(file: string): (row: Row) => void {
  return ({ at, hover, to }) => {
    const seen = look(file, at);
    if (hover !== undefined) expect(seen.hover).toMatch(hover);
    expect(seen.to).toBe(to);
  };
}

const inPack: readonly Row[] = [
  { at: "sever‸ity: critical", hover: /How bad its story is.*One of: `info`/s },
  { at: "after: o‸om", hover: /step `oom`.*OOMKilled.*cause/s, to: "/r/demo.yaml:14:oom" },
  { at: "from: oo‸m, to", hover: /step `oom`/, to: "/r/demo.yaml:14:oom" },
  { at: "to: o‸om + 2m", hover: /step `oom`/, to: "/r/demo.yaml:14:oom" },
  { at: "fact: gon‸e", hover: /network\.endpoint\.removed/, to: "/r/demo.yaml:15:gone" },
  { at: "{{ go‸ne.entity.name }}", hover: /step `gone`.*within 5m/s, to: "/r/demo.yaml:15:gone" },
  { at: "Since {{ oom.ti‸me", hover: /step `oom`/, to: "/r/demo.yaml:14:oom" },
  { at: "use: kil‸led", hover: /pattern `killed`.*reason is "OOMKilled"/, to: "/r/demo.yaml:7:killed" },
  { at: "notIn: $sys‸tem", hover: /list `system`.*kube-public/, to: "/r/demo.yaml:5:system" },
  { at: "notI‸n: $system", hover: /equal to none of these/ },
  { at: "entity.name‸space: {", hover: /namespace/ },
  { at: "supersedes: [first‸-rule]", hover: /rule `demo\/first-rule`.*The first/, to: "/r/demo.yaml:9:first-rule" },
  { at: "severity: crit‸ical", hover: /How bad/ },
  { at: "is go‸ne", hover: /./ },
];

describe("in a pack, on", () => {
  test.for([...inPack])("$at", says("/r/demo.yaml"));
});

describe("in a test, on", () => {
  const rows: readonly Row[] = [
    { at: "packs: [demo‸.yaml]", hover: /pack `demo`.*2 rules/, to: "/r/demo.yaml:1:" },
    { at: "use: oo‸m", hover: /template `oom`/, to: "/r/demo.test.yaml:5:oom" },
    { at: "rule: demo/first‸-rule", hover: /The first/, to: "/r/demo.yaml:9:first-rule" },
    { at: "bound: { oo‸m", hover: /step `oom`/, to: "/r/demo.yaml:14:oom" },
    { at: "demo/second‸-rule: {", hover: /The second/, to: "/r/demo.yaml:28:second-rule" },
    { at: "step: de‸ny", hover: /audit\.denied/, to: "/r/demo.yaml:33:deny" },
  ];
  test.for([...rows])("$at", says("/r/demo.test.yaml"));
});

describe("in an overlay, on", () => {
  const rows: readonly Row[] = [
    { at: "rule: demo/fir‸st-rule", hover: /The first/, to: "/r/demo.yaml:9:first-rule" },
    { at: "steps: { go‸ne", hover: /step `gone`/, to: "/r/demo.yaml:15:gone" },
    { at: "absent: { ba‸ck", hover: /absent from oom to oom \+ 2m/, to: "/r/demo.yaml:21:back" },
    { at: "to: oo‸m + 3m", hover: /step `oom`/, to: "/r/demo.yaml:14:oom" },
  ];
  test.for([...rows])("$at", says("/r/over.yaml"));
});

test("a code is told wherever it is written", () => {
  const text = "# tapio:ignore TAP209 because it is so\n";
  expect(hoverAt(text, 18, workspaceOf(["/r/a.yaml", text]))?.text).toMatch(/^\*\*TAP209\*\*: negation over a field/);
  expect(hoverAt("# TAP999\n", 4, workspaceOf(["/r/a.yaml", "# TAP999\n"]))).toBeUndefined();
});
