import { describe, expect, test } from "vitest";
import { SEED_PACK } from "../support/seed-pack.ts";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const TESTS = `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [pack.yaml]
start: 2026-03-01T10:00:00Z
templates:
  oom: { source: k8s, type: k8s.pod.oomkilled, traceId: t1, entity: { kind: Pod, namespace: shop, name: api-7f9 } }
  gone: { source: network, type: network.endpoint.removed, traceId: t1, entity: { kind: Service, namespace: shop, name: api } }
cases:
  - name: the chain becomes one story
    events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 40s, use: gone } ]
    expect: { stories: [ { rule: seed/oom-service-disruption, bound: { oom: [e1], gone: [e2] } } ] }
  - name: a summary <that> is wrong & told
    events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 40s, use: gone } ]
    expect: { stories: [ { rule: seed/oom-service-disruption, summary: Something else } ] }
  - name: nothing when too late
    events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 10m, use: gone } ]
    expect: { stories: [] }
`;
const FILES = { "pack.yaml": SEED_PACK, "pack.test.yaml": TESTS };
const WRONG_PACK = SEED_PACK.replace("after: oom,", "after: ooom,");

describe("lint", () => {
  test("what ships has nothing wrong", async () => {
    const { code, out, err } = await tapio(["lint", "--strict"]);
    expect([code, out]).toEqual([0, ""]);
    expect(err).toMatch(/^tapio: 0 errors, 0 warnings in \d+ files\n$/);
  });

  test("findings of packs and tests come together, sorted, with carets", async () => {
    await using folder = await temporaryFolder({
      "b.yaml": WRONG_PACK,
      "a.test.yaml": TESTS.replace("use: oom }", "use: oomm }"),
    });
    const { code, out, err } = await tapio(["lint", folder.path("")]);
    expect(code).toBe(1);
    expect(out.match(/^\S+\.yaml:\d+:\d+: error\[TAP\d+\]/gm)).toEqual([
      expect.stringMatching(/a\.test\.yaml:10:\d+: error\[TAP301\]/),
      expect.stringMatching(/b\.yaml:14:\d+: error\[TAP212\]/),
    ]);
    expect(out).toMatch(/\n +\^+\n/);
    expect(err).toBe("tapio: 2 errors, 0 warnings in 2 files\n");
  });

  test("a signal while a pack is read ends it, and is no finding", async () => {
    // They take seconds.
    const ruleOf = (at: number) =>
      `  - { id: r${at}, title: R, category: security, severity: error, priority: 5, steps: [ { as: a, type: k8s.x${at} } ], story: { summary: R } }\n`;
    const rules = Array.from({ length: 1_000 }, (_, at) => ruleOf(at)).join("");
    const packs = Array.from({ length: 50 }, (_, at) => [`p${at}.yaml`, SEED_PACK.replace("seed", `p${at}`) + rules]);
    await using folder = await temporaryFolder(Object.fromEntries(packs));
    const stop = new AbortController();
    const linting = tapio(["lint", folder.path("")], { signal: stop.signal });
    setTimeout(() => stop.abort("SIGTERM"), 1_500);
    expect(await linting).toEqual({ code: 143, out: "", err: "" });
  });

  test("a file that is too large keeps no other finding back", async () => {
    await using folder = await temporaryFolder({
      "a.yaml": `${SEED_PACK}#${"x".repeat(256 * 1024)}`,
      "b.test.yaml": `${TESTS}#${"x".repeat(256 * 1024)}`,
      "c.yaml": WRONG_PACK,
    });
    const { code, out } = await tapio(["lint", folder.path("")]);
    expect(code).toBe(1);
    expect(out).toMatch(/a\.yaml:1:1: error\[TAP001\]: the file has 257 KiB; at most 256 KiB are read\n/);
    expect(out).toMatch(/b\.test\.yaml:1:1: error\[TAP001\]/);
    expect(out).toMatch(/c\.yaml:14:\d+: error\[TAP212\]/);
  });

  test("-o json has places as numbers", async () => {
    await using folder = await temporaryFolder({ "b.yaml": WRONG_PACK });
    const { code, out } = await tapio(["lint", "-o", "json", folder.path("b.yaml")]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { code: "TAP212", severity: "error", file: folder.path("b.yaml"), line: 14 },
    ]);
  });

  test("warnings fail only with --strict", async () => {
    const unused = SEED_PACK.replace("rules:\n", "lists:\n  nobody: [a]\nrules:\n");
    await using folder = await temporaryFolder({ "a.yaml": unused });
    const lax = await tapio(["lint", folder.path("a.yaml")]);
    expect(lax).toMatchObject({ code: 0, err: "tapio: 0 errors, 1 warning in 1 file\n" });
    expect(lax.out).toContain("warning[TAP207]");
    expect((await tapio(["lint", "--strict", folder.path("a.yaml")])).code).toBe(1);
  });

  test("at most a hundred are printed, and the rest is counted", async () => {
    const step = (at: number): string => `      - { as: s${at}, type: a.b${at}, after: nobody${at} }\n`;
    const steps = (rule: number): string => Array.from({ length: 12 }, (_, at) => step(rule * 100 + at)).join("");
    const rule = (at: number): string =>
      `  - id: r${at}\n    title: t\n    category: security\n    severity: info\n    steps:\n${steps(at)}    story: { summary: s }\n`;
    const head = SEED_PACK.slice(0, SEED_PACK.indexOf("  - id:"));
    await using folder = await temporaryFolder({
      "a.yaml": head + Array.from({ length: 9 }, (_, at) => rule(at)).join(""),
    });
    const { out, err } = await tapio(["lint", folder.path("a.yaml")]);
    expect(out.match(/^\S+: (error|warning)\[/gm)).toHaveLength(100);
    expect(out).toMatch(/and \d+ more findings; -o json prints all\n$/);
    expect(err).toMatch(/1\d\d errors/);
  });
});

describe("test", () => {
  test("pretty shows the place and both values of what failed, and only that", async () => {
    await using folder = await temporaryFolder(FILES);
    const { code, out } = await tapio(["test", folder.path("")]);
    const file = folder.path("pack.test.yaml");
    expect(code).toBe(1);
    expect(out).toContain(`FAILED  ${file}  (3 cases, 1 failed)\n        failed: a summary <that> is wrong & told\n`);
    expect(out).toContain(`          ${file}:14:`);
    expect(out).toMatch(
      /summary\n +expected {2}"Something else"\n +got {7}"Service disruption due to memory pressure"\n/,
    );
    expect(out).not.toContain("nothing when too late");
    expect(out).toMatch(/\n2 passed, 1 failed\n$/);
  });

  test("junit counts and escapes", async () => {
    await using folder = await temporaryFolder(FILES);
    const { code, out } = await tapio(["test", "--format", "junit", folder.path("")]);
    expect(code).toBe(1);
    expect(out.match(/<testcase[\s>/]/g)).toHaveLength(3);
    expect(out.match(/<failure[\s>/]/g)).toHaveLength(1);
    expect(out).not.toMatch(/<error[\s>/]|<that>|wrong & told/);
    expect(out).toContain('tests="3" failures="1"');
    expect(out).toContain('name="a summary &lt;that&gt; is wrong &amp; told"');
  });

  test("tap", async () => {
    await using folder = await temporaryFolder(FILES);
    const { out } = await tapio(["test", "--format", "tap", folder.path("pack.test.yaml")]);
    const points = out.split("\n").filter((line) => /^(TAP|1\.\.|ok|not ok)/.test(line));
    expect(points.map((line) => line.replace(/ - .*:/, ""))).toEqual([
      "TAP version 14",
      "1..3",
      "ok 1 the chain becomes one story",
      "not ok 2 a summary <that> is wrong & told",
      "ok 3 nothing when too late",
    ]);
  });

  test("json", async () => {
    await using folder = await temporaryFolder(FILES);
    const { out } = await tapio(["test", "--format", "json", folder.path("")]);
    const report = JSON.parse(out) as { files: { cases: { problems: unknown[] }[] }[] };
    expect(report).toMatchObject({ passed: 2, failed: 1 });
    expect(report.files[0]?.cases[1]?.problems[0]).toMatchObject({
      line: 14,
      differences: [{ path: "summary", expected: '"Something else"' }],
    });
  });

  test("github by itself under GitHub Actions: a note on the line", async () => {
    await using folder = await temporaryFolder(FILES);
    const { out } = await tapio(["test", folder.path("")], { env: { GITHUB_ACTIONS: "true" } });
    expect(out).toMatch(/^::error file=.*pack\.test\.yaml,line=14,title=a summary <that> is wrong & told::.*%0A/m);
  });

  test("--run picks cases by name; --fail-fast stops at the first failure", async () => {
    await using folder = await temporaryFolder(FILES);
    const picked = await tapio(["test", folder.path(""), "--run", "^nothing"]);
    expect(picked).toMatchObject({ code: 0, out: expect.stringContaining("1 passed, 0 failed") });
    const fast = await tapio(["test", folder.path(""), "--fail-fast"]);
    expect(fast).toMatchObject({ code: 1, out: expect.stringContaining("1 passed, 1 failed") });
  });

  test("what a test names and is not there is found by lint, and shown by test where it stands", async () => {
    const astray = TESTS.replace("packs: [pack.yaml]", "packs: [pack.yaml, sub/pakc.yaml]");
    const typo = TESTS.replaceAll("bound: { oom:", "bound: { oomm:");
    await using folder = await temporaryFolder({ ...FILES, "pack.test.yaml": typo, "b.test.yaml": astray });
    const linted = await tapio(["lint", folder.path("")]);
    expect(linted.code).toBe(1);
    expect(linted.out).toMatch(
      /pack\.test\.yaml:\d+:\d+: error\[TAP308\]: .* has no step `oomm`\n.*\n.*\nhint: did you mean `oom`\?/,
    );
    expect(linted.out).toMatch(/b\.test\.yaml:3:\d+: error\[TAP309\]: there is no pack `sub\/pakc\.yaml`\n/);
    const ran = await tapio(["test", folder.path("")]);
    expect(ran.code).toBe(2);
    expect(ran.out).toContain("has no step `oomm`; did you mean `oom`?");
    expect(ran.out).toMatch(/its packs can't be loaded\n +.*b\.test\.yaml:3:\d+: error\[TAP309\]/);
  });

  test("the errors of a pack that only a test names are told with it", async () => {
    await using folder = await temporaryFolder({ ...FILES, "pack.yaml": WRONG_PACK });
    const { code, out } = await tapio(["lint", folder.path("pack.test.yaml")]);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining("pack.yaml:") });
  });

  test("packs that cannot be loaded exit with 2 and show why", async () => {
    await using folder = await temporaryFolder({ ...FILES, "pack.yaml": WRONG_PACK });
    const { code, out } = await tapio(["test", folder.path("")]);
    expect(code).toBe(2);
    expect(out).toContain("its packs can't be loaded\n");
    expect(out).toContain("error[TAP212]");
    const junit = await tapio(["test", folder.path(""), "--format", "junit"]);
    expect(junit.out.match(/<error[\s>/]/g)).toHaveLength(1);
  });

  test("a test that cannot be read, or a fixture that is not there, fails", async () => {
    const lost = TESTS.replace(
      "    events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 10m, use: gone } ]",
      "    fixture: lost.ndjson",
    );
    await using folder = await temporaryFolder({ ...FILES, "pack.test.yaml": lost, "b.test.yaml": "apiVersion: [\n" });
    const { code, out } = await tapio(["test", folder.path("")]);
    expect(code).toBe(1);
    expect(out).toContain("b.test.yaml: it can't be read\n");
    expect(out).toContain("the fixture lost.ndjson cannot be read");
  });
});

describe("pack", () => {
  test("list and digest agree, and the digest belongs to what the pack says", async () => {
    await using folder = await temporaryFolder({
      "a.yaml": SEED_PACK,
      "b.yaml": SEED_PACK.replace("within: 15m", "within: 16m"),
    });
    const digest = (await tapio(["pack", "digest", folder.path("a.yaml")])).out.trim();
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const { out } = await tapio(["pack", "list", folder.path("a.yaml")]);
    expect(out.split("\n")[1]).toMatch(new RegExp(`^seed +1\\.0\\.0 +1 +${digest} +.*a\\.yaml$`));
    expect((await tapio(["pack", "digest", folder.path("b.yaml")])).out.trim()).not.toBe(digest);
    const json = await tapio(["pack", "list", folder.path("a.yaml"), "-o", "json"]);
    expect(JSON.parse(json.out)).toMatchObject({
      digest,
      packs: [{ name: "seed", rules: ["oom-service-disruption"] }],
    });
  });
});
