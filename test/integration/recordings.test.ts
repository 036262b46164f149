import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { Engine } from "../../src/core/engine/engine.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import { renderDiagnostic } from "../../src/core/language/diagnostic.ts";
import { readPacks } from "../../src/core/language/read-packs.ts";
import { SourceText } from "../../src/core/language/source-text.ts";
import type { RuleSet } from "../../src/core/model/rule.ts";
import type { Story } from "../../src/core/model/story.ts";
import { Books } from "../../src/service/books.ts";
import { LogDecoder } from "../../src/service/log-decoder.ts";

/** Recordings of a real cluster, beside the checkout; what was recorded is in their README. */
const RECORDINGS = fileURLToPath(new URL("../../../shared/samples/cluster/", import.meta.url));
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

interface Replay {
  readonly stories: readonly Story[];
  readonly books: Books;
}

async function replay(name: string, rules: RuleSet): Promise<Replay> {
  const books = new Books();
  const place = (line: number): string => `${name}:${line}`;
  const decoder = new LogDecoder({ source: { place }, decoder: new Decoder(), books });
  const engine = new Engine({ rules });
  const lines = readFileSync(`${RECORDINGS}${name}`, "utf8").split("\n");
  for (const [at, text] of lines.entries()) {
    if (text.trim() === "") continue;
    const { events } = decoder.decode({ entries: [{ text, position: at + 1, logTimeMs: undefined }] });
    for (const placed of events) await engine.accept(placed.event, placed);
  }
  await engine.end();
  const last = new Map<string, Story>();
  for (const { story } of engine.take()) last.set(story.id, story);
  return { stories: [...last.values()].filter(({ status }) => status !== "retracted"), books };
}

describe.skipIf(!existsSync(RECORDINGS))(
  "recordings of a real cluster (skipped: no ../shared/samples/cluster beside the checkout)",
  () => {
    let rules: RuleSet;

    beforeAll(() => {
      const { rules: read, diagnostics } = readPacks([new SourceText(basename(PACK), readFileSync(PACK, "utf8"))]);
      expect(diagnostics.map(renderDiagnostic)).toEqual([]);
      rules = read;
    });

    for (const [name, expected] of Object.entries(EXPECTED)) {
      it(`${name} tells ${expected.length === 0 ? "nothing of resource pressure" : expected.join(", ")}`, async () => {
        const { stories, books } = await replay(name, rules);
        expect(stories.map(({ rule }) => rule.id).sort()).toEqual([...expected].sort());
        expect(books.rejected).toBe(0);
        for (const story of stories) expect(JSON.stringify(story)).not.toContain("‹");
      });
    }

    it("names cache as the cause and api as hit", async () => {
      const { stories } = await replay("r-oomchain.ndjson", rules);
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
      const { stories } = await replay("s-unsched.ndjson", rules);
      expect(stories.map(({ summary }) => summary)).toEqual(["No node has enough free cpu for huge"]);
      expect(stories[0]?.detail).toContain("3 Insufficient cpu");
    });

    it("tells of a blind autoscaler by name", async () => {
      const { stories } = await replay("s-hpa.ndjson", rules);
      expect(stories.map(({ rootCause }) => rootCause.entity)).toEqual([
        expect.objectContaining({ kind: "HorizontalPodAutoscaler", namespace: "s-hpa", name: "web" }),
      ]);
    });

    it("names the container and the limit of what was killed", async () => {
      const { stories } = await replay("r-oom2.ndjson", rules);
      for (const story of stories)
        expect(story.summary).toMatch(/^Container app of cart exceeded its memory limit of \d+Mi and was killed$/);
      expect(stories.length).toBeGreaterThan(0);
    });
  },
);
