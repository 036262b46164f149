import { predicateWords } from "../core/expression/predicate-words.ts";
import { partsOf } from "../core/language/compare-tests.ts";
import type { Rule, RulePack, Step } from "../core/model/rule.ts";

/** A new pack with one rule that holds as it stands. */
export function packScaffold(name: string, schema: string): string {
  return `${schemaLine(schema)}
apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: ${name}, version: 0.1.0 } # raise the version when a rule's meaning changes
# lists:                                    # values to use as $name in \`where\`
#   system: [kube-system, kube-public]
# patterns:                                 # event tests to use in steps as \`use: name\`
#   oom: { type: k8s.pod.oomkilled }
rules:
${ruleScaffold("first-rule", "  ")}`;
}

/** A new rule for a pack whose rules are indented by \`indent\`. */
export function ruleScaffold(id: string, indent: string): string {
  const lines = `- id: ${id}
  title: ${titleOf(id)}
  # pod-lifecycle | service-dependencies | resource-pressure | configuration-changes | security
  category: resource-pressure
  severity: error # info | warning | error | critical
  priority: 50 # of the rules that hold in one window the highest tells the story
  # within: 15m # from the first bound event to the last, where the gaps do not say it already
  steps:
    # Each step takes an event: by type, by \`where\` (field: value, list, or { operator: value }), or both.
    - { as: cause, type: k8s.pod.oomkilled, role: cause }
    - { as: effect, type: network.endpoint.removed, role: impact, after: cause, within: 5m }
    # - { as: more, type: k8s.deployment.rollback, role: reaction, after: cause, optional: true }
  # absent: # what must not be there between two moments
  #   - { as: recovered, type: k8s.pod.ready, from: cause, to: effect }
  # supersedes: [another-rule]
  story:
    summary: "{{ effect.entity.name }} suffers since {{ cause.entity.name }} was killed"
    detail: "{{ cause.entity.namespace }}/{{ cause.entity.name }}; {{ effect.time | since: cause.time }} later {{ effect.count }} endpoint(s) were gone."
    actions: ["Look at {{ cause.entity.name }}"]`;
  return `${lines
    .split("\n")
    .map((line) => indent + line)
    .join("\n")}\n`;
}

/** A test of a pack: for each rule a case that should match it and one that should not. */
export function testScaffold(pack: RulePack, packPath: string, schema: string): string {
  return `${schemaLine(schema)}
apiVersion: tapio.dev/v1
kind: RuleTest
packs: [${packPath}]
start: 2026-01-01T00:00:00Z
# Events to start from; a case may change any field. Fields that a rule tests are named beside.
templates:
${pack.rules.flatMap((rule) => rule.steps.map((step) => templateOf(rule, step))).join("")}cases:
${pack.rules.map(casesOf).join("")}`;
}

function schemaLine(schema: string): string {
  return `# yaml-language-server: $schema=${schema}`;
}

function titleOf(id: string): string {
  const words = id.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function templateOf(rule: Rule, step: Step): string {
  const type = (step.types?.[0] ?? "some.type").replaceAll("*", "any");
  const [source = "k8s", kind = "pod"] = type.split(".");
  const fields = step.where === undefined ? "" : ` # must hold: ${predicateWords(step.where).replaceAll(/\s+/g, " ")}`;
  const isOnNode = rule.joins.some(({ keys }) => keys[step.as]?.some(({ text }) => text === "entity.node"));
  const entity = `{ kind: ${titleOf(kind)}, namespace: shop, name: ${kind}-1${isOnNode ? ", node: node-1" : ""} }`;
  return `  ${nameOf(rule, step)}: { source: ${source}, type: ${type}, traceId: t1, entity: ${entity}${fieldsOf(step)} }${fields}\n`;
}

function casesOf(rule: Rule): string {
  const required = rule.steps.filter(({ optional }) => !optional);
  let seconds = 0;
  const events = required.map((step, at) => {
    if (0 < at) seconds += secondsBefore(step);
    return `      - { id: e${at + 1}, at: ${seconds}s, use: ${nameOf(rule, step)} }\n`;
  });
  const [first] = required;
  const without = required.length < 2 ? [] : events.slice(0, -1);
  const last = required.at(-1);
  return `  - name: ${rule.id} tells its story
    events:
${events.join("")}    expect:
      stories:
        - { rule: ${rule.key} }
    probes: auto # each step left out, each gap too long, each pair reversed: none may tell the same story
${
  first === undefined || last === undefined || without.length === 0
    ? ""
    : `  - name: ${rule.id} tells nothing without ${last.as}
    events:
${without.join("")}    expect:
      notStories: [${rule.key}]
      why: { ${rule.key}: { step: ${last.as}, because: no-event } }
`
}`;
}

/** A gap near its limit, so that a case shows how long it is; but none in which a window closes for quiet. */
function secondsBefore({ withinMs = 0 }: Step): number {
  return withinMs < 1_000 ? 10 : Math.ceil(Math.min(withinMs * 0.8, 240_000) / 1_000);
}

/** The plainest tests of a step, and its count, as fields that pass them. */
function fieldsOf({ where, count }: Step): string {
  const fields: string[] = [];
  const attributes: string[] = [];
  for (const part of partsOf(where)) {
    if (part.kind !== "test" || !PLAIN_OPERATORS.has(part.operator)) continue;
    const { text } = part.path;
    const value = JSON.stringify([part.value].flat()[0]);
    if (PLAIN_FIELDS.test(text)) fields.push(`${text}: ${value}`);
    else if (PLAIN_ATTRIBUTE.test(text)) attributes.push(`${text.slice("attributes.".length)}: ${value}`);
  }
  if (0 < attributes.length) fields.push(`attributes: { ${attributes.join(", ")} }`);
  // One event may stand for many; distinct values need one each.
  if (count !== undefined && count.distinct === undefined) fields.push(`count: ${count.atLeast}`);
  return fields.map((field) => `, ${field}`).join("");
}

const PLAIN_FIELDS = /^(message|reason|severity)$/;
const PLAIN_ATTRIBUTE = /^attributes\.[A-Za-z]\w*$/;
const PLAIN_OPERATORS: ReadonlySet<string> = new Set([
  "equal",
  "in",
  "contains",
  "startsWith",
  "endsWith",
  "greaterThanInclusive",
  "lessThanInclusive",
  "exists",
]);

function nameOf(rule: Rule, step: Step): string {
  return `${rule.id}-${step.as}`.replaceAll("_", "-").toLowerCase();
}
