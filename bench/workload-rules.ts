import { seeded } from "./random.ts";
import { typeName } from "./workload.ts";

/** A pack of `count` rules of two to four types, half of them ordered, some with field tests. */
export function workloadPack(count: number, seed = 7): string {
  const random = seeded(seed);
  const rules = Array.from({ length: count }, (_, at) => ruleText(at, random));
  return `apiVersion: tapio.dev/v1\nkind: RulePack\nmetadata: { name: bench, version: 1.0.0 }\nrules:\n${rules.join("")}`;
}

function ruleText(at: number, random: () => number): string {
  const size = 2 + Math.floor(random() * 3);
  const first = Math.floor(random() * 240);
  const ordered = random() < 0.5;
  const steps = Array.from({ length: size }, (_, step) => {
    // Types that keep company in a trace, one in two of them just out of its reach.
    const type = typeName((first + step * 2 + (random() < 0.5 ? 60 : 0)) % 240);
    const order = ordered && 0 < step ? `, after: s${step - 1}, within: 5m` : "";
    const where = random() < 0.3 ? ", where: { severity: error, attributes.code: { lessThan: 3 } }" : "";
    return `      - { as: s${step}, type: ${type}${order}${where} }\n`;
  });
  return `  - id: rule-${at}\n    title: Rule ${at}\n    category: pod-lifecycle\n    severity: error\n    priority: ${at % 100}\n    steps:\n${steps.join("")}    story: { summary: "Rule ${at} on {{ s0.entity.name }}" }\n`;
}
