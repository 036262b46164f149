import { outlineOf } from "../../../../src/core/language/editing/outline.ts";
import { PieceReader } from "../../../../src/core/language/editing/salvage.ts";
import type { OutlinedFile, Workspace } from "../../../../src/core/language/editing/workspace.ts";

/** A text without its cursor mark `‸`, and where that stood. */
export function atCursor(marked: string): { readonly text: string; readonly offset: number } {
  const offset = marked.indexOf("‸");
  if (offset === -1) throw new Error(`no cursor in ${marked}`);
  return { text: marked.replace("‸", ""), offset };
}

/** Some files, the first of which is edited. */
export function workspaceOf(...files: readonly (readonly [file: string, text: string])[]): Workspace {
  const reader = new PieceReader();
  const [here, ...others] = files.map(([file, text]): OutlinedFile => ({ file, outline: outlineOf(text, reader) }));
  if (here === undefined) throw new Error("a workspace has a file");
  return { here, files: [here, ...others] };
}

/** A pack with one of everything. */
export const PACK = `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: demo, version: 1.0.0 }
lists:
  system: [kube-system, kube-public]
patterns:
  killed: { type: k8s.pod.oomkilled, where: { reason: OOMKilled } }
rules:
  - id: first-rule
    title: The first
    category: resource-pressure
    severity: critical
    steps:
      - { as: oom, use: killed, role: cause, where: { entity.namespace: { notIn: $system, exists: true } } }
      - as: gone
        type: network.endpoint.removed
        role: impact
        after: oom
        within: 5m
    absent:
      - { as: back, type: k8s.pod.started, from: oom, to: oom + 2m }
    conditions:
      all: [ { fact: gone, path: entity.name, operator: equal, value: api } ]
    story:
      summary: "{{ gone.entity.name }} is gone"
      detail: >-
        Since {{ oom.time | clock }}.
  - id: second-rule
    title: The second
    category: security
    severity: error
    steps:
      - { as: deny, type: audit.denied, where: { attributes.verb: get } }
    supersedes: [first-rule]
    story: { summary: "denied" }
`;

/** A test of it. */
export const TEST = `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [demo.yaml]
templates:
  oom: { source: k8s, type: k8s.pod.oomkilled, entity: { kind: Pod, name: a } }
cases:
  - name: it holds
    events: [ { id: e1, at: 0s, use: oom } ]
    expect:
      stories: [ { rule: demo/first-rule, bound: { oom: [e1] } } ]
      why: { demo/second-rule: { step: deny, because: no-event } }
`;
