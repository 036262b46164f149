import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { CorrelationEngine, type Story } from "../../src/index.ts";

/** Recordings of a real cluster, beside the checkout; what was recorded is in their README. */
const RECORDINGS = fileURLToPath(new URL("../../../shared/samples/cluster/", import.meta.url));
const PACKS = fileURLToPath(new URL("../../rules/", import.meta.url));
const PACK = fileURLToPath(new URL("../../rules/resource-pressure/resource-pressure.yaml", import.meta.url));

/** Rule ids of the stories that each recording must tell, in any order. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  "r-oomchain.ndjson": ["oom-hits-dependant"],
  "r-oom2.ndjson": ["pod-oom-killed"],
  "s-unsched.ndjson": ["unschedulable-insufficient"],
  "s-hpa.ndjson": ["hpa-blind"],
  "s-rollout.ndjson": [],
  "s-job-ok.ndjson": [],
  "r-crash.ndjson": [],
  "r-image.ndjson": [],
  "r-badcm.ndjson": [],
  "r-probe.ndjson": [],
  "r-job.ndjson": [],
  "r-exec.ndjson": [],
  "r-rollout.ndjson": [],
};

/** Keys of the stories that all packs together tell of each recording: what its README says happened. */
const EXPECTED_OF_ALL: Readonly<Record<string, readonly string[]>> = {
  "r-oomchain.ndjson": ["resource-pressure/oom-hits-dependant"],
  "r-oom2.ndjson": ["resource-pressure/pod-oom-killed"],
  "r-badcm.ndjson": ["configuration-changes/configmap-missing", "configuration-changes/secret-volume-missing"],
  "r-crash.ndjson": ["pod-lifecycle/crash-loop-exit"],
  "r-image.ndjson": ["pod-lifecycle-images/registry-unreachable"],
  "r-probe.ndjson": ["pod-lifecycle/liveness-restart", "pod-lifecycle/readiness-failing"],
  "r-job.ndjson": ["pod-lifecycle-controllers/job-deadline", "pod-lifecycle-controllers/job-failed"],
  "r-exec.ndjson": ["security-runtime/exec-into-pod"],
  "r-rollout.ndjson": ["configuration-changes/configmap-change-breaks"],
  "s-quota.ndjson": ["configuration-changes-objects/quota-exceeded"],
  "s-limitrange.ndjson": ["configuration-changes-objects/limit-range-rejects"],
  "s-unsched.ndjson": ["resource-pressure/unschedulable-insufficient"],
  "s-hpa.ndjson": ["resource-pressure/hpa-blind"],
  "s-psa.ndjson": ["security/pod-security-denied"],
  "s-vap.ndjson": ["security/admission-policy-denied"],
  "s-hook-deny.ndjson": ["security/webhook-denies"],
  "s-hook-error.ndjson": ["security/webhook-down"],
  "s-hook-refused.ndjson": ["security/webhook-down"],
  "s-hook-failopen.ndjson": ["security/webhook-failed-open"],
  "s-rbac.ndjson": ["security-access/rbac-forbidden-user"],
  "s-secrets.ndjson": ["security-access/token-minted"],
  "s-anon.ndjson": ["security-access/unauthenticated-requests"],
  "s-apierr.ndjson": ["configuration-changes-objects/service-account-missing"],
  "s-rollout.ndjson": [],
  "s-job-ok.ndjson": [],
};

/** The stories of a recording; throws where one of its lines cannot be decoded. */
function replay(name: string, engine: CorrelationEngine): Promise<Story[]> {
  const lines = readFileSync(`${RECORDINGS}${name}`, "utf8").split("\n");
  return engine.evaluate(lines.filter((line) => line.trim() !== ""));
}

describe.skipIf(!existsSync(RECORDINGS))(
  "recordings of a real cluster (skipped: no ../shared/samples/cluster beside the checkout)",
  () => {
    let rules: CorrelationEngine;
    let all: CorrelationEngine;

    beforeAll(async () => {
      rules = await CorrelationEngine.fromPacks([PACK]);
      all = await CorrelationEngine.fromPacks([PACKS]);
      expect([...rules.warnings, ...all.warnings]).toEqual([]);
    });

    it.for(Object.entries(EXPECTED_OF_ALL))("%s tells %j with all packs", async ([name, expected]) => {
      const stories = await replay(name, all);
      expect(stories.map(({ rule }) => `${rule.pack}/${rule.id}`).sort()).toEqual(expected);
      for (const story of stories) expect(JSON.stringify(story)).not.toContain("‹");
    });

    for (const [name, expected] of Object.entries(EXPECTED)) {
      it(`${name} tells ${expected.length === 0 ? "nothing of resource pressure" : expected.join(", ")}`, async () => {
        const stories = await replay(name, rules);
        expect(stories.map(({ rule }) => rule.id).sort()).toEqual([...expected].sort());
        for (const story of stories) expect(JSON.stringify(story)).not.toContain("‹");
      });
    }

    it("names cache as the cause and api as hit", async () => {
      const stories = await replay("r-oomchain.ndjson", rules);
      const [story] = stories;
      expect(story?.summary).toBe("api fails because cache, which it depends on, runs out of memory and is killed");
      expect(story?.rootCause.entity).toMatchObject({
        kind: "Pod",
        namespace: "r-oomchain",
        name: "cache-6f4bb5b49f-tq6lp",
      });
      expect(story?.impact).toEqual([expect.objectContaining({ kind: "Pod", name: "api-7949484c9f-r7pbp" })]);
      expect(story?.chain.map(({ step }) => step)).toEqual(["oom", "hit"]);
      // The kernel killed it five times while the recorder ran.
      expect(story?.chain[0]?.count).toBe(5);
      expect(story?.detail).toContain("64Mi");
    });

    it("says how many cpus nobody has", async () => {
      const stories = await replay("s-unsched.ndjson", rules);
      expect(stories.map(({ summary }) => summary)).toEqual(["No node has enough free cpu for huge"]);
      expect(stories[0]?.detail).toContain("3 Insufficient cpu");
    });

    it("tells of a blind autoscaler by name", async () => {
      const stories = await replay("s-hpa.ndjson", rules);
      expect(stories.map(({ rootCause }) => rootCause.entity)).toEqual([
        expect.objectContaining({ kind: "HorizontalPodAutoscaler", namespace: "s-hpa", name: "web" }),
      ]);
    });

    it("names the container and the limit of what was killed", async () => {
      const stories = await replay("r-oom2.ndjson", rules);
      for (const story of stories)
        expect(story.summary).toMatch(/^Container app of cart exceeded its memory limit of \d+Mi and was killed$/);
      expect(stories.length).toBeGreaterThan(0);
    });
  },
);
