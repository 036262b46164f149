import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainTemplate } from "../../../src/core/expression/plain-template.ts";
import { parseTemplate, renderTemplate, StoryScope } from "../../../src/core/expression/template-engine.ts";

const NAMES = ["a", "b", "c", "a.b", "size", "first", "last", "toString", "length", "ž"];

const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "medium" },
    fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined)),
    fc.dictionary(fc.constantFrom(...NAMES), tie("value"), { minKeys: 3, maxKeys: 8 }),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
}));

const anyNames = fc.dictionary(fc.constantFrom("a", "b", "c"), anyValue, { minKeys: 2, maxKeys: 3 });

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
const anyOutput = fc
  .tuple(fc.constantFrom("a", "b", "c"), fc.array(anyHop, { maxLength: 3 }))
  .map(([root, hops]) => `{{ ${root}${hops.join("")} }}`);
const anyText = fc.constantFrom("", " ", "x", "}}", "ž🐎", " {{- a -}} ");
const anyTemplate = fc.array(fc.oneof(anyOutput, anyText), { maxLength: 4 }).map((parts) => parts.join(""));

test("where a plain template renders, liquidjs would print the same", () => {
  let rendered = 0;
  fc.assert(
    fc.property(anyTemplate, anyNames, (template, names) => {
      const nodes = parseTemplate(template);
      const text = PlainTemplate.of(nodes)?.render(names);
      if (text === undefined) return;
      if (template.includes("{{")) rendered++;
      expect(text).toBe(renderTemplate(nodes, new StoryScope(names)));
    }),
    { numRuns: 10_000 },
  );
  expect(rendered).toBeGreaterThan(100);
});

test.for([
  ["a filter", "{{ a | upcase }}"],
  ["a tag", "{% if a %}x{% endif %}"],
  ["a comparison", "{{ a == b }}"],
  ["an element", "{{ a[0] }}"],
  ["a name known only at run time", "{{ a[b] }}"],
])("a template with %s is left to liquidjs", ([, template = ""]) => {
  expect(PlainTemplate.of(parseTemplate(template))).toBeUndefined();
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
