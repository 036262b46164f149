/** A pack of one rule, as people write it. */
export const DEMO_PACK = `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: demo, version: 1.0.0 }
rules:
  - id: oom
    title: Out of memory
    category: resource-pressure
    severity: error
    steps: [ { as: oom, type: k8s.pod.oomkilled } ]
    story: { summary: Out of memory }
`;
