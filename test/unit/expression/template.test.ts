import { describe, expect, test } from "vitest";
import { inspectTemplate } from "../../../src/core/expression/inspect-template.ts";
import { compileTemplate } from "../../../src/core/expression/template.ts";

const scope = {
  oom: {
    time: "2026-03-01T10:00:00Z",
    timeMs: 1_772_359_200_000,
    count: 2,
    message: 'MountVolume.SetUp failed for volume "settings" : configmap "web-config" not found',
    entity: { kind: "Pod", namespace: "shop", name: "api" },
    attributes: { "memory.limit_bytes": 536_870_912, usage: 500_000_000 },
    all: [
      { id: "a", entity: { name: "x" } },
      { id: "b", entity: { name: "y" } },
    ],
    first: { id: "a" },
  },
  rollback: { time: "2026-03-01T10:02:14.5Z" },
};

const rows: readonly [template: string, text: string, missing?: number][] = [
  ["plain } text {", "plain } text {"],
  ["{{ oom.entity.namespace }}/{{ oom.entity.name }}", "shop/api"],
  ["{{ rollback.time | since: oom.time }}", "2m15s"],
  ["{{ oom.time | since: rollback.time }}", "-2m15s"],
  ["{{ oom.timeMs | clock }} {{ oom.time | clock }}", "10:00:00 10:00:00"],
  ["{{ 95000 | duration }}", "1m35s"],
  ["{{ oom.attributes.memory.limit_bytes | bytes }}", "512Mi"],
  ["{{ oom.attributes['memory.limit_bytes'] | bytes }}", "512Mi"],
  ["{{ oom.attributes.usage | bytes }} {{ 12 | bytes }}", "476.8Mi 12"],
  ["{{ oom.all | map: 'id' | join: ', ' }} of {{ oom.all.size }}", "a, b of 2"],
  ["{% for e in oom.all %}{{ forloop.index }}{{ e.entity.name }}{% endfor %}", "1x2y"],
  ["{{ oom.first.id }} {{ 'abcdef' | truncate: 4 }} {{ 'a' | upcase }}", "a a... A"],
  ["{% if gone %}gone{% else %}still there{% endif %}", "still there"],
  ["{% unless gone.count %}none{% endunless %}", "none"],
  ["{% case oom.count %}{% when 2 %}two{% endcase %}", "two"],
  ["{% assign n = oom.count %}{{ n }}", "2"],
  ["{{ gone.actor.user | default: 'unknown' }}", "unknown"],
  ["{{ gone.actor.user }}", "‹missing: gone.actor.user›", 1],
  ["{{ gone.a | upcase }} {{ oom.reason }}", "‹missing: gone.a› ‹missing: oom.reason›", 2],
  ["{{ oom.time | since: gone.time }}", "‹missing: gone.time›", 1],
  ["{{ constructor }}", "‹missing: constructor›", 1],
  ["{{ oom.constructor.name }}", "‹missing: oom.constructor.name›", 1],
  ["{{ oom.__proto__ }}", "‹missing: oom.__proto__›", 1],
  ["{{ oom.message | quoted }} {{ oom.message | quoted: 'ConfigMap' }}", "settings web-config"],
  ["{% assign n = oom.message | quoted: 'secret' %}{% if n %}{{ n }}{% else %}none{% endif %}", "none"],
  ["{{ oom.message | quoted: 'secret' | default: 'not named' }}", "not named"],
  ["{{ gone.message | quoted }}", "‹missing: gone.message›", 1],
  ["{{ 'it broke ' | sentence }} {{ 'Why?' | sentence }} {{ 'a: b.' | sentence }}", "it broke. Why? a: b."],
  ["{{ '2026-03-01T10:00:00Z' | since: '2026-03-01T10:00:00.300Z' }}", "0s"],
  ["{{ '2026-03-01T10:00:00.000Z' | since: '2026-03-01T10:00:00.300Z' }}", "-0.3s"],
  ["{{ '2026-03-01T10:00:00Z' | since: '2026-03-01T10:00:01Z' }}", "-1s"],
  ["{{ 'soon' | since: oom.time }}", "‹not a time: soon›"],
  [
    "{{ oom.count | counted: 'kill' }}, {{ 1 | counted: 'pod' }}, {{ 3 | counted: 'retry' }}",
    "2 kills, 1 pod, 3 retries",
  ],
  ["{{ oom.count | counted }}, {{ 2 | counted: 'ingress' }}", "2 times, 2 ingresses"],
  ["{{ oom.reason | default: 'few' | counted: 'pod' }}", "‹not a number: few›"],
];

describe("compileTemplate", () => {
  test.for(rows)("%s", ([template, text, missing = 0]) => {
    expect(compileTemplate(template).render(scope)).toEqual({ text, missing, failed: false });
  });

  test.for([
    "{{ oom | nofilter }}",
    "{{ oom",
    "{% include 'x' %}",
    "{% render 'x' %}",
    "{% layout 'x' %}",
    "{% tablerow e in oom.all %}{% endtablerow %}",
    "{{ 'now' | date }}",
    "{% for i in (1..1000000000) %}{% endfor %}",
    "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}",
    `{{ ${"a".repeat(20_000)} }}`,
  ])("fails without throwing: %s", (template) => {
    expect(compileTemplate(template).render(scope)).toEqual({ text: "", missing: 0, failed: true });
  });

  test("rendering changes nothing and keeps nothing", () => {
    const template = compileTemplate("{% assign x = oom.count %}{{ x }}{{ y }}");
    const before = structuredClone(scope);
    expect(template.render(scope)).toEqual(template.render(scope));
    expect(scope).toEqual(before);
  });
});

describe("inspectTemplate", () => {
  const named = (text: string): readonly string[] =>
    inspectTemplate(text).names.map(
      ({ root, path, optionalGuard, asked }) =>
        `${root}:${path}${optionalGuard ? " guarded" : ""}${asked ? " asked" : ""}`,
    );

  test.for([
    ["plain", []],
    ["{{ a.b.c | since: d.e }}", ["a:b.c", "d:e"]],
    ["{% if r %}{{ r.x }}{% endif %}{{ r.y }}", ["r: guarded asked", "r:x guarded", "r:y"]],
    ["{% if r %}{% else %}{{ r.x }}{% endif %}", ["r: guarded asked", "r:x"]],
    ["{{ z.u | default: 'x' }}", ["z:u guarded"]],
    ["{% for e in a.all %}{{ e.id }}{{ forloop.index }}{% endfor %}", ["a:all asked"]],
    ["{% assign k = a.c %}{{ k }}", ["a:c asked"]],
    ["{{ a.l[0].x }}{{ a['m.n'] }}", ["a:l[0].x", "a:m.n"]],
    ["{% for i in (1..a.count) %}{% endfor %}", ["a:count asked"]],
  ] as const)("%s", ([text, names]) => {
    expect(named(text)).toEqual(names);
  });

  test.for(["{{ a | nofilter }}", "{% include 'a' %}", "{{ a", "{% if a %}"])(
    "%s is a problem with a place",
    (text) => {
      expect(inspectTemplate(`12345${text}`)).toMatchObject({ problem: expect.any(String), offset: 5 });
    },
  );
});
