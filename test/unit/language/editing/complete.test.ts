import { describe, expect, test } from "vitest";
import { complete } from "../../../../src/core/language/editing/complete.ts";
import type { Suggestions } from "../../../../src/core/language/editing/suggestion.ts";
import { atCursor, PACK, TEST, workspaceOf } from "./editing-kit.ts";

interface Row {
  readonly name: string;
  /** What of the sound text is replaced, and by what: `‸` is the cursor. */
  readonly from: string;
  readonly to: string;
  /** Labels that must be offered, and some that must not. */
  readonly has: readonly string[];
  readonly not?: readonly string[];
}

const OVERLAY = `apiVersion: tapio.dev/v1
kind: RuleOverlay
metadata: { name: shop, owner: team }
patches:
  - rule: demo/first-rule
    why: because
    set: { steps: { gone: { within: 6m } } }
    except: [ { step: oom, where: { entity.namespace: x }, until: never, why: y } ]
`;

function offered(file: string, text: string, { from, to }: Row): Suggestions {
  expect(text).toContain(from);
  const { text: typed, offset } = atCursor(text.replace(from, () => to));
  const files: (readonly [string, string])[] = [
    ["/r/demo.yaml", PACK],
    ["/r/demo.test.yaml", TEST],
    ["/r/over.yaml", OVERLAY],
  ];
  const others = files.filter(([path]) => path !== file);
  return complete(typed, offset, workspaceOf([file, typed], ...others));
}

function holds(file: string, text: string): (row: Row) => void {
  return (row) => {
    const labels = offered(file, text, row).items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining([...row.has]));
    for (const other of row.not ?? []) expect(labels).not.toContain(other);
  };
}

const inPack: readonly Row[] = [
  { name: "steps after `after`", from: "after: oom", to: "after: ‸", has: ["oom"], not: ["gone", "back"] },
  { name: "steps in a list", from: "after: oom", to: "after: [o‸", has: ["oom"] },
  {
    name: "steps at the beginning of an absence",
    from: "from: oom, to: oom + 2m }",
    to: "from: g‸",
    has: ["oom", "gone"],
  },
  { name: "steps at its end", from: "to: oom + 2m", to: "to: ‸", has: ["oom", "gone"] },
  { name: "facts", from: "fact: gone", to: "fact: ‸", has: ["oom", "gone"] },
  { name: "operators", from: "operator: equal", to: "operator: ‸", has: ["equal", "matches"] },
  { name: "fields of facts", from: "path: entity.name", to: "path: entity.‸", has: ["entity.name", "first.time"] },
  { name: "steps in a template", from: "{{ gone.entity.name }}", to: "{{ ‸ }}", has: ["oom", "gone"] },
  {
    name: "steps in a template not closed",
    from: '{{ gone.entity.name }} is gone"',
    to: "{{ go‸",
    has: ["oom", "gone"],
  },
  { name: "fields in a template", from: "gone.entity.name", to: "gone.entity.na‸", has: ["entity.name", "count"] },
  { name: "fields in a folded text", from: "oom.time |", to: "oom.‸ |", has: ["time", "attributes.verb"] },
  { name: "filters", from: "| clock", to: "| c‸", has: ["clock", "since", "default"], not: ["oom"] },
  { name: "tags", from: "Since", to: "{% ‸ %}", has: ["if", "endif"], not: ["oom"] },
  {
    name: "keys in a folded step",
    from: "role: impact",
    to: "op‸",
    has: ["optional", "count"],
    not: ["type", "after"],
  },
  {
    name: "keys in a flow map",
    from: "use: killed, role: cause",
    to: "use: killed, ‸",
    has: ["role"],
    not: ["as", "use"],
  },
  { name: "keys of a new step", from: "    absent:", to: "      - ‸\n    absent:", has: ["as", "type", "where"] },
  {
    name: "keys of a rule",
    from: "    conditions:",
    to: "    ‸\n    conditions:",
    has: ["join", "priority"],
    not: ["steps"],
  },
  {
    name: "keys of the file",
    from: "lists:\n",
    to: "re‸\nlists:\n",
    has: ["requires", "defaults"],
    not: ["kind", "rules"],
  },
  { name: "closed words", from: "severity: critical", to: "severity: ‸", has: ["info", "critical"] },
  { name: "roles", from: "role: impact", to: "role: im‸", has: ["cause", "impact"] },
  { name: "true and false", from: "role: impact", to: "optional: ‸", has: ["true", "false"] },
  { name: "patterns", from: "use: killed", to: "use: ‸", has: ["killed"] },
  { name: "lists", from: "notIn: $system", to: "notIn: $‸", has: ["$system"] },
  { name: "fields in where", from: "attributes.verb: get", to: "attr‸: get", has: ["attributes.", "entity.kind"] },
  { name: "groups in where", from: "attributes.verb: get", to: "‸", has: ["any", "not", "entity.name"] },
  {
    name: "operators in where",
    from: "attributes.verb: get",
    to: "reason: { ‸ }",
    has: ["in", "matches"],
    not: ["any"],
  },
  {
    name: "event types",
    from: "type: network.endpoint.removed",
    to: "type: ‸",
    has: ["k8s.pod.oomkilled", "story.second-rule"],
  },
  { name: "rules", from: "supersedes: [first-rule]", to: "supersedes: [‸]", has: ["first-rule", "second-rule"] },
  {
    name: "codes to ignore",
    from: "title: The first",
    to: "title: The first # tapio:ignore TAP‸",
    has: ["TAP209"],
    not: ["TAP101"],
  },
];

describe("in a pack it offers", () => {
  test.for([...inPack])("$name", holds("/r/demo.yaml", PACK));
});

const inTest: readonly Row[] = [
  { name: "rules", from: "rule: demo/first-rule", to: "rule: ‸", has: ["demo/first-rule", "demo/second-rule"] },
  {
    name: "steps of the expected rule",
    from: "bound: { oom: [e1] }",
    to: "bound: { ‸ }",
    has: ["oom", "gone"],
    not: ["deny"],
  },
  { name: "ids of the case", from: "oom: [e1]", to: "oom: [‸]", has: ["e1"] },
  {
    name: "rules under why",
    from: "why: { demo/second-rule: { step: deny, because: no-event } }",
    to: "why: { ‸ }",
    has: ["demo/first-rule"],
  },
  { name: "steps under why", from: "step: deny", to: "step: ‸", has: ["deny"], not: ["oom"] },
  { name: "reasons", from: "because: no-event", to: "because: ‸", has: ["gap", "order"] },
  { name: "templates", from: "use: oom", to: "use: ‸", has: ["oom"] },
  { name: "packs", from: "packs: [demo.yaml]", to: "packs: [‸]", has: ["demo.yaml", "over.yaml"] },
  { name: "keys of a case", from: "    expect:", to: "    ‸\n    expect:", has: ["fixture", "probes"], not: ["name"] },
];

describe("in a test it offers", () => {
  test.for([...inTest])("$name", holds("/r/demo.test.yaml", TEST));
});

const inOverlay: readonly Row[] = [
  { name: "rules", from: "rule: demo/first-rule", to: "rule: ‸", has: ["demo/first-rule"] },
  { name: "steps to set", from: "steps: { gone: { within: 6m } }", to: "steps: { ‸ }", has: ["oom", "gone"] },
  { name: "steps to except", from: "step: oom", to: "step: ‸", has: ["oom", "gone"] },
  { name: "fields", from: "entity.namespace: x", to: "‸", has: ["entity.name"] },
];

describe("in an overlay it offers", () => {
  test.for([...inOverlay])("$name", holds("/r/over.yaml", OVERLAY));
});

describe("what is put in", () => {
  const first = (from: string, to: string, label: string) => {
    const { items, span } = offered("/r/demo.yaml", PACK, { name: "", from, to, has: [] });
    const item = items.find((one) => one.label === label);
    return { item, typed: atCursor(PACK.replace(from, () => to)).text.slice(span.start, span.end) };
  };

  test("a key comes with its colon and says what it is, unless a colon is there", () => {
    const { item, typed } = first("role: impact", "op‸", "optional");
    expect(item).toMatchObject({ insert: "optional: ", description: expect.stringContaining("holds without it") });
    expect(typed).toBe("op");
    expect(first("role: impact", "ro‸: impact", "role").item).not.toHaveProperty("insert");
  });

  test("a whole path is replaced, brackets and all", () => {
    const { item, typed } = first(
      "- { as: deny, type: audit.denied, where: { attributes.verb: get } }",
      "- as: deny\n        where:\n          related[role=ow‸",
      "related[role=owner].name",
    );
    expect(item).toMatchObject({ insert: '"related[role=owner].name": ' });
    expect(typed).toBe("related[role=ow");
  });

  test("a step is told in words", () => {
    const { item } = first("after: oom", "after: ‸", "oom");
    expect(item?.description).toMatch(/`k8s\.pod\.oomkilled` where .*reason is "OOMKilled".*\n\ncause/s);
  });
});

test("a file that is empty, or is no rule file, gets the keys of a pack or nothing", () => {
  expect(complete("", 0, workspaceOf(["/r/new.yaml", ""])).items.map(({ label }) => label)).toContain("apiVersion");
  expect(complete("a\n", 1, workspaceOf(["/r/new.test.yaml", "a\n"])).items.map(({ label }) => label)).toContain(
    "cases",
  );
});
