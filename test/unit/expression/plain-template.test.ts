import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainTemplate } from "../../../src/core/expression/plain-template.ts";
import { parseTemplate, renderTemplate, StoryScope } from "../../../src/core/expression/template-engine.ts";

const NAMES = ["a", "b", "c", "a.b", "size", "first", "last", "toString", "length", "ž"];

const { value: anyJson } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "medium" },
    fc.oneof(fc.string(), fc.double(), fc.constantFrom("", "x", 'the "b"', 0, 3, true, false, null, undefined)),
    fc.dictionary(fc.constantFrom(...NAMES), tie("value"), { minKeys: 3, maxKeys: 8 }),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
}));

const anyNames = fc.record(
  { a: anyJson, b: anyJson, c: fc.array(anyJson, { maxLength: 3 }) },
  { requiredKeys: [], noNullPrototype: true },
);

const anyHop = fc.constantFrom(
  ".a",
  ".b",
  ".c",
  ".a",
  ".b",
  ".c",
  "['a.b']",
  ".size",
  ".first",
  ".last",
  ".toString",
  "[0]",
);
const anyPath = fc
  .tuple(fc.constantFrom("a", "b", "c", "n", "item"), fc.array(anyHop, { maxLength: 3 }))
  .map(([root, hops]) => `${root}${hops.join("")}`);
const anyOperand = fc.oneof(
  { weight: 4, arbitrary: anyPath },
  fc.constantFrom("'x'", "''", "3", "-1.5", "true", "nil"),
);
const anyFilter = fc.oneof(
  fc.constantFrom(" | upcase", " | downcase", " | truncate", " | quoted", " | sentence", " | bytes", " | clock"),
  fc
    .constantFrom("default", "truncate", "since", "quoted", "counted")
    .chain((name) => anyOperand.map((to) => ` | ${name}: ${to}`)),
);
const anyValue = fc
  .tuple(anyOperand, fc.array(anyFilter, { maxLength: 2 }))
  .map(([operand, filters]) => `${operand}${filters.join("")}`);
const anyTest = fc
  .tuple(anyOperand, fc.constantFrom("==", "!=", "contains", "and", "or", "<"), anyOperand)
  .map((parts) => parts.join(" "));
const anyCondition = fc.oneof(anyOperand, anyTest);
const anyText = fc.constantFrom("", " ", "x", "}}", "ž🐎", " {{- a -}} ", ' "b" ');
const anyOutput = anyValue.map((value) => `{{ ${value} }}`);

const { template: anyTemplate } = fc.letrec<{ template: string; tag: string }>((tie) => ({
  template: fc
    .array(fc.oneof({ maxDepth: 2 }, anyText, anyOutput, tie("tag")), { maxLength: 4 })
    .map((parts) => parts.join("")),
  tag: fc.oneof(
    fc.tuple(anyCondition, tie("template")).map(([asked, then]) => `{% if ${asked} %}${then}{% endif %}`),
    fc
      .tuple(anyCondition, tie("template"), anyCondition, tie("template"), tie("template"))
      .map(([a, then, b, other, rest]) => `{% if ${a} %}${then}{% elsif ${b} %}${other}{% else %}${rest}{% endif %}`),
    fc
      .tuple(anyCondition, tie("template"), tie("template"))
      .map(([asked, then, rest]) => `{% unless ${asked} -%} ${then}{% else %}${rest}{% endunless %}`),
    fc
      .tuple(fc.constantFrom("item", "b"), fc.oneof(anyPath, fc.constant("c")), tie("template"), tie("template"))
      .map(([name, list, each, none]) => `{% for ${name} in ${list} %}${each}{% else %}${none}{% endfor %}`),
    fc.tuple(fc.constantFrom("n", "a"), anyValue).map(([name, value]) => `{% assign ${name} = ${value} %}`),
  ),
}));

test("where a plain template renders, liquidjs would print the same", { timeout: 120_000 }, () => {
  const rendered = { output: 0, branch: 0, loop: 0, assigned: 0, filtered: 0 };
  fc.assert(
    fc.property(anyTemplate, anyNames, (template, names) => {
      const nodes = parseTemplate(template);
      const text = PlainTemplate.of(nodes)?.render(names);
      if (text === undefined) return;
      if (template.includes("{{")) rendered.output++;
      if (/{% (if|unless)/.test(template)) rendered.branch++;
      if (template.includes("{% for")) rendered.loop++;
      if (template.includes("{% assign")) rendered.assigned++;
      if (template.includes("|")) rendered.filtered++;
      expect(text).toBe(renderTemplate(nodes, new StoryScope(names)));
    }),
    { numRuns: 10_000 },
  );
  for (const count of Object.values(rendered)) expect(count).toBeGreaterThan(50);
});

test.for([0, "", "x", false, true, undefined, null, [], [0], {}])(
  "a condition on %j holds where liquidjs says so",
  (a) => {
    for (const template of [
      "{% if a %}yes{% else %}no{% endif %}",
      "{% unless a %}yes{% elsif a %}no{% endunless %}",
      "{% if not a %}yes{% elsif a and 1 %}no{% endif %}",
      "{% if a or b %}yes{% else %}no{% endif %}",
    ]) {
      const nodes = parseTemplate(template);
      expect(PlainTemplate.of(nodes)?.render({ a })).toBe(renderTemplate(nodes, new StoryScope({ a })));
    }
  },
);

test.for([
  ["a filter that takes a list", "{{ a | map: 'b' }}"],
  ["a case", "{% case a %}{% when 1 %}x{% endcase %}"],
  ["a part of a loop", "{% for i in a limit: 2 %}x{% endfor %}"],
  ["a count of the loop", "{% for i in a %}{{ forloop.index }}{% endfor %}"],
  ["an element", "{{ a[0] }}"],
  ["a name known only at run time", "{{ a[b] }}"],
])("a template with %s is left to liquidjs", ([, template = ""]) => {
  expect(PlainTemplate.of(parseTemplate(template))).toBeUndefined();
});

test("a loop that goes on for long, or filters much, is left to liquidjs, which knows the bounds", () => {
  const loop = PlainTemplate.of(parseTemplate("{% for i in a %}{{ i | upcase }}{% endfor %}"));
  expect(loop?.render({ a: ["x", "y"] })).toBe("XY");
  expect(loop?.render({ a: Array(2_000).fill("x") })).toBeUndefined();
  expect(loop?.render({ a: Array(100).fill("x".repeat(2_500)) })).toBeUndefined();
});

test("a value that is missing, or is no plain one, is left to liquidjs", () => {
  const plain = PlainTemplate.of(parseTemplate("{{ a.b }}"));
  for (const a of [
    undefined,
    null,
    "text",
    [1],
    {},
    { b: null },
    { b: {} },
    { b: [] },
    Object.create({ b: "inherited" }),
  ])
    expect(plain?.render({ a })).toBeUndefined();
  expect(plain?.render({ a: { b: 0 } })).toBe("0");
});
