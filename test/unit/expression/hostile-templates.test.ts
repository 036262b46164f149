import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inspectTemplate } from "../../../src/core/expression/inspect-template.ts";
import { compileTemplate } from "../../../src/core/expression/template.ts";

const step = {
  time: "2026-03-01T10:00:00Z",
  timeMs: 1_772_359_200_000,
  count: 3,
  entity: { kind: "Pod", namespace: "shop", name: "api" },
  attributes: { big: "x".repeat(10_000), list: Array.from({ length: 100 }, (_, at) => at), html: "<b>{{ a }}</b>" },
  all: Array.from({ length: 64 }, (_, at) => ({ id: `e${at}`, entity: { name: `pod-${at}` } })),
};
const scope = { a: step, b: step };

/** What a template says of itself: nothing of the runtime may show. */
const LEAKS = /native code|\[object|function|=>|process|liquidjs/;

describe("no template reaches what is not its own", () => {
  test.for([
    "{{ a.constructor }}",
    "{{ a.constructor.constructor }}",
    "{{ a['constructor'] }}",
    "{{ a.__proto__ }}",
    "{{ a.entity.__proto__.polluted }}",
    "{{ a.hasOwnProperty }}",
    "{{ a.all.map }}",
    "{{ a.all.push }}",
    "{{ a.entity.name.constructor }}",
    "{{ a.entity.toString }}",
    "{{ toString }}",
    "{{ globalThis }}",
    "{{ process.env }}",
    "{% assign __proto__ = a %}{{ b.polluted }}",
    "{% for constructor in a.all %}{{ constructor.constructor }}{% endfor %}",
    "{{ a.all | map: 'constructor' | join: ',' }}",
    "{{ a.all | map: '__proto__' | join: ',' }}",
  ])("%s", (template) => {
    const { text, failed } = compileTemplate(template).render(scope);
    expect(text.replaceAll(/‹missing: [^›]*›/g, "")).not.toMatch(LEAKS);
    expect(failed && text !== "").toBe(false);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("what would run for ever, or print for ever, fails instead", () => {
  const nested = (depth: number): string =>
    `${"{% for x in a.all %}".repeat(depth)}{{ a.attributes.big }}${"{% endfor %}".repeat(depth)}`;
  test.for([
    nested(3),
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% for i in (1..a.timeMs) %}x{% endfor %}",
    `{% assign s = a.attributes.big %}${"{% assign s = s | append: s %}".repeat(30)}{{ s }}`,
    "{% if a %}".repeat(5_000),
    `${"{% if a %}".repeat(1_000)}${"{% endif %}".repeat(1_000)}${"x".repeat(16_384)}`,
  ])("%#", (template) => {
    expect(compileTemplate(template).render(scope)).toEqual({ text: "", missing: 0, failed: true });
  });

  test("a field that looks like a template is text", () => {
    expect(compileTemplate("{{ a.attributes.html }}").render(scope).text).toBe("<b>{{ a }}</b>");
  });
});

const part = fc.oneof(
  fc.constantFrom(
    ...["{{ a.entity.name }}", "{{ a.all | map: 'id' | join: ', ' }}", "{{", "}}", "{%", "%}", "{% if a %}"],
    ...["{% endif %}", "{% for x in a.all %}", "{% endfor %}", "{{ x.id }}", "{% assign a = 1 %}", "{% case a %}"],
    ...["{% when 1 %}", "{% endcase %}", "{% break %}", "{% raw %}", "{% comment %}", "{{ a | since: b.time }}"],
    ...["{{ a.count | duration }}", "{{ a | bytes }}", "{{ a.all | first }}", "{{ a.time | truncate: -1 }}"],
    ...["{{ (1..9) }}", "{{ a[a] }}", "{{ a.all[-1].id }}", "{{ nil }}", "{{ 'x' | default: y }}", "{{ a | | b }}"],
    ...["{{ a.__proto__.x }}", "{% cycle 'a' %}", "{% increment a %}", "{{ a.b.c.d.e }}", "{{ 1e999 | duration }}"],
  ),
  fc.string({ maxLength: 6 }),
);

test("no text makes a template throw, hang, or say what is not there", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const template = parts.join("");
      const { text, missing, failed } = compileTemplate(template).render(scope);
      expect(failed ? text : "").toBe("");
      expect(text.length).toBeLessThan(1_100_000);
      expect(missing).toBe(failed ? 0 : (text.match(/‹missing: /g)?.length ?? 0));
      const { names, problem } = inspectTemplate(template);
      for (const { offset, end } of names) expect(0 <= offset && offset < end && end <= template.length).toBe(true);
      // What can't be read is told at load, so a template that fails to parse never comes as far as a story.
      if (problem !== undefined) expect(failed).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test("rendering twice gives the same, whatever the template did", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const template = compileTemplate(parts.join(""));
      const before = JSON.stringify(scope);
      expect(template.render(scope)).toEqual(template.render(scope));
      expect(JSON.stringify(scope)).toBe(before);
    }),
    { numRuns: 150 },
  );
});
