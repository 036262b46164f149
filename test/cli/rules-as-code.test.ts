import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
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
`;

function line(id: string, type: string, at: string, more = {}): string {
  const entity = { kind: "Pod", namespace: "shop", name: "api-7f9" };
  return `${JSON.stringify({ id, traceId: "t1", time: `2026-03-01T${at}Z`, source: "k8s", type, entity, ...more })}\n`;
}

const OOM = line("e1", "k8s.pod.oomkilled", "10:00:00");
const STORY =
  OOM + line("e2", "network.endpoint.removed", "10:00:40") + line("e3", "network.endpoint.removed", "09:59:00");
const TOO_LATE = OOM + line("x", "a.b", "10:03:00") + line("e2", "network.endpoint.removed", "10:06:12");
const KEY = "seed/oom-service-disruption";

describe("test --coverage and --mutate", () => {
  test("gaps fail only with --strict; the table says where", async () => {
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "pack.test.yaml": TESTS });
    const lax = await tapio(["test", folder.path(""), "--coverage"]);
    expect(lax.code).toBe(0);
    expect(lax.out).toMatch(
      /RULE +REQUIRED +OPTIONAL +ABSENT +MATCHING +DENYING +COVERED\nseed\/oom-service-disruption +2\/2 /,
    );
    expect(lax.out).toContain(`gap: ${KEY}: no case denies it`);
    const strict = await tapio(["test", folder.path(""), "--coverage", "--strict", "--format", "json"]);
    expect(strict.code).toBe(1);
    expect(JSON.parse(strict.out)).toMatchObject({ coverage: { rules: [{ rule: KEY, matching: 1, denying: 0 }] } });
  });

  test("survivors are listed with their place in the pack and what would notice", async () => {
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "pack.test.yaml": TESTS });
    const { code, out } = await tapio(["test", folder.path(""), "--mutate"]);
    expect(code).toBe(0);
    const at = SEED_PACK.split("\n").findIndex((each) => each.includes("as: gone")) + 1;
    expect(out).toMatch(
      new RegExp(`survived: .*pack\\.yaml:${at}:\\d+: ${KEY}: within of gone doubled\n  what would notice: .*5m`),
    );
    expect(out).toMatch(/mutants: \d+ of \d+ killed \([\d.]+ %\), \d+ survived\n$/);
    expect((await tapio(["test", folder.path(""), "--mutate", "--min-killed", "100"])).code).toBe(1);
    expect((await tapio(["test", folder.path(""), "--min-killed", "100"])).code).toBe(1);
    expect((await tapio(["test", folder.path(""), "--min-killed", "x"])).code).toBe(3);
  });

  test("probes kill what the case alone lets pass", async () => {
    const withProbes = TESTS.replace("    expect:", "    probes: auto\n    expect:");
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "pack.test.yaml": withProbes });
    const { out } = await tapio(["test", folder.path(""), "--mutate"]);
    expect(out).not.toMatch(/within of gone (removed|doubled)/);
    expect(out).not.toContain("gone need not follow oom");
  });
});

describe("explain", () => {
  test("a story: its events, what was passed over, the sum", async () => {
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "a.ndjson": STORY });
    const { code, out } = await tapio(["explain", folder.path("a.ndjson"), "--rules", folder.path("pack.yaml")]);
    expect(code).toBe(0);
    expect(out).toContain(
      "why this one: the first of 2 that fit and go together with the other steps; 1 earlier do not",
    );
    expect(out).toContain(
      "passed over: endpoint removed (e3): endpoint removed (e3) came 1m before pod oomkilled (e1)",
    );
    expect(out).toMatch(/confidence +0\.\d+ = \(/);
    const json = await tapio(["explain", folder.path("a.ndjson"), "--rules", folder.path("pack.yaml"), "-o", "json"]);
    expect(JSON.parse(json.out)).toMatchObject({ stories: [{ rule: KEY, steps: expect.any(Array) }], rules: [] });
  });

  test("a rule that told nothing: how far it came, and by how much it failed", async () => {
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "a.ndjson": TOO_LATE });
    const given = [folder.path("a.ndjson"), "--rules", folder.path("pack.yaml")];
    const { code, out } = await tapio(["explain", ...given, "--rule", "oom-service-disruption", "--trace", "t1"]);
    expect(code).toBe(0);
    expect(out).toContain(`${KEY}: told no story\n`);
    expect(out).toContain("gone: gap: endpoint removed (e2) came 6m12s after pod oomkilled (e1); the limit is 5m");
    const json = await tapio(["explain", ...given, "--rule", KEY, "-o", "json"]);
    expect(JSON.parse(json.out)).toMatchObject({ rules: [{ failed: { step: "gone", because: "gap", byMs: 72_000 } }] });
    expect((await tapio(["explain", ...given])).out).toContain("gap: endpoint removed (e2)");
  });

  test("of a trace that joins nothing what is in it is told, whatever other traces hold", async () => {
    const pack = SEED_PACK.replace(
      / {4}steps:/,
      "    join: [ { as: owner, keys: { oom: [entity.node], gone: [entity.node] }, ignore: [n9] } ]\n    steps:",
    );
    const event = (id: string, traceId: string, type: string, node: string): string =>
      `${JSON.stringify({ id, traceId, time: "2026-03-01T10:00:00.250Z", source: "k8s", type, entity: { kind: "Pod", name: id, node } })}\n`;
    const events = [
      event("e1", "t1", "k8s.pod.oomkilled", "n1"),
      event("e2", "t2", "k8s.pod.oomkilled", "n9"),
      event("e3", "t3", "k8s.pod.started", "n1"),
    ];
    await using folder = await temporaryFolder({ "pack.yaml": pack, "a.ndjson": events.join("") });
    const why = async (trace: string): Promise<string> => {
      const given = ["explain", folder.path("a.ndjson"), "--rules", folder.path("pack.yaml"), "--rule", KEY];
      return (await tapio([...given, "--trace", trace])).out;
    };
    expect(await why("t2")).toContain("oom: join: pod oomkilled (e2) has owner n9, which is ignored\n");
    expect(await why("t3")).toContain("oom: no-event: there is no event of type k8s.pod.oomkilled in trace t3\n");
  });

  test("a rule, a story or a trace that cannot be", async () => {
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "a.ndjson": STORY });
    const given = ["explain", folder.path("a.ndjson"), "--rules", folder.path("pack.yaml")];
    expect(await tapio([...given, "--rule", "oom-servise-disruption"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("did you mean `oom-service-disruption`?"),
    });
    expect((await tapio([...given, "--story", "st_0"])).code).toBe(3);
    expect((await tapio([...given, "--trace", "t1"])).code).toBe(3);
    expect(await tapio(["explain", "st_0011aabb", ...given.slice(1)])).toMatchObject({
      code: 3,
      err: expect.stringContaining("st_0011aabb is a story and no file; write --story st_0011aabb"),
    });
    const nowhere = await tapio([...given, "--rule", KEY, "--trace", "t9"]);
    expect(nowhere.out).toContain("no-event: there is no event of trace t9 at all\n");
  });
});

describe("backtest", () => {
  const STRICT = SEED_PACK.replace("within: 5m", "within: 30s");

  test("stories by rule and day, and what a change of the rules adds, removes and changes", async () => {
    const reworded = SEED_PACK.replace("within: 5m", "within: 6m").replace("severity: critical", "severity: error");
    await using folder = await temporaryFolder({
      "new.yaml": SEED_PACK,
      "old.yaml": STRICT,
      "other.yaml": reworded,
      "a.ndjson": STORY,
    });
    const against = (old: string, ...more: string[]): string[] => [
      "backtest",
      folder.path("a.ndjson"),
      "--rules",
      folder.path("new.yaml"),
      "--against",
      folder.path(old),
      ...more,
    ];
    const added = await tapio(against("old.yaml", "--html", folder.path("report.html")));
    expect(added.code).toBe(0);
    expect(added.out).toMatch(/3 events → 1 story, 3 events to a story\n/);
    expect(added.out).toMatch(/seed\/oom-service-disruption +1 +0 % +1\n/);
    expect(added.out).toMatch(/: 1 added, 0 removed, 0 changed, 0 the same\n/);
    expect(added.out).toMatch(/CHANGED RULES +STORIES DIFFER +WHAT CHANGED\n\S+ +1 +steps\.gone\.within: 30s → 5m\n/);
    expect(added.out).toContain(`\n${KEY}: 1 added\n  + 2026-03-01T10:00:00Z  critical  Pod shop/api-7f9  `);
    expect(await readFile(folder.path("report.html"), "utf8")).toContain('<li data-mark="added">');
    expect(await tapio(against("old.yaml", "--max-new", "0"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("tapio: 1 story added, and at most 0 may be"),
    });
    const changed = await tapio(against("other.yaml", "--max-new", "0", "-o", "json"));
    expect(changed.code).toBe(0);
    expect(JSON.parse(changed.out)).toMatchObject({
      against: {
        changedRules: [{ rule: KEY, kind: "meaning", stories: 1, changes: [{ path: "severity" }, {}] }],
        added: [],
        removed: [],
        changed: [{ differences: [{ path: "severity", before: "error", after: "critical" }] }],
        byRule: [{ rule: KEY, before: 1, after: 1, added: 0, removed: 0, changed: 1, passedOn: 0 }],
      },
    });
  });

  test("a renamed rule tells the same stories under another name, and none is new", async () => {
    const renamed = SEED_PACK.replace("oom-service-disruption", "oom-breaks-service");
    await using folder = await temporaryFolder({ "new.yaml": renamed, "old.yaml": SEED_PACK, "a.ndjson": STORY });
    const rules = ["--rules", folder.path("new.yaml"), "--against", folder.path("old.yaml"), "--max-new", "0"];
    const { code, out } = await tapio(["backtest", folder.path("a.ndjson"), ...rules]);
    expect(code).toBe(0);
    expect(out).toContain("0 added, 0 removed, 1 changed, 0 the same");
    expect(out).toMatch(/\nseed\/oom-service-disruption +1 +0 +0 +0 +0 +1\n/);
    expect(out).toContain(`\n      rule: ${KEY} → seed/oom-breaks-service\n`);
  });

  test("many stories of a kind: some are shown, and how many more there are", async () => {
    const lines = Array.from({ length: 12 }, (_, at) =>
      line(`e${at}`, "k8s.pod.oomkilled", `10:0${at % 10}:0${Math.floor(at / 10)}`, {
        traceId: `t${at}`,
        entity: { kind: "Pod", namespace: "shop", name: `api-${at}` },
      }),
    );
    const alone = SEED_PACK.replace(/ {6}- \{ as: (?:pressure|rollback|gone),[^\n]*\n/g, "");
    await using folder = await temporaryFolder({
      "new.yaml": alone,
      "old.yaml": alone.replace("k8s.pod.oomkilled", "a.b"),
      "a.ndjson": lines.join(""),
    });
    const rules = ["--rules", folder.path("new.yaml"), "--against", folder.path("old.yaml")];
    const { out } = await tapio(["backtest", folder.path("a.ndjson"), ...rules]);
    expect(out).toContain(`${KEY}: 12 added\n`);
    expect(out.match(/\n {2}\+ /g)).toHaveLength(10);
    expect(out).toMatch(/\n {2}… 2 more added\n\nall of them: -o json\n$/);
  });

  test("more days than fit are told as the average day and the busiest", async () => {
    const day = (at: number, pod: number): string =>
      line(`e${at}-${pod}`, "k8s.pod.oomkilled", "10:00:00", {
        traceId: `t${at}-${pod}`,
        time: `2026-03-${10 + at}T1${pod}:00:00Z`,
        entity: { kind: "Pod", namespace: "shop", name: `api-${at}-${pod}` },
      });
    const lines = [0, 1, 2, 3, 4, 5, 7, 9].flatMap((at) => (at === 4 ? [day(at, 0), day(at, 1)] : [day(at, 0)]));
    await using folder = await temporaryFolder({
      "pack.yaml": SEED_PACK.replace(/ {6}- \{ as: (?:pressure|rollback|gone),[^\n]*\n/g, ""),
      "a.ndjson": lines.join(""),
    });
    const { out } = await tapio(["backtest", folder.path("a.ndjson"), "--rules", folder.path("pack.yaml")]);
    expect(out).toMatch(/RULE +STORIES +REPEATED +ON A DAY +MOST ON A DAY\n/);
    expect(out).toMatch(/ 9 +0 % +0\.9 +2 \(2026-03-14\)\n/);
  });

  test("against a git revision", async () => {
    await using folder = await temporaryFolder({ "rules/pack.yaml": STRICT, "a.ndjson": STORY });
    const git = (...args: string[]): Promise<unknown> =>
      promisify(execFile)("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        cwd: folder.path(""),
      });
    await git("init", "-q");
    await git("add", ".");
    await git("commit", "-q", "-m", "rules");
    await using next = await temporaryFolder({ "pack.yaml": SEED_PACK });
    const given = ["backtest", folder.path("a.ndjson"), "--rules", folder.path("rules")];
    expect((await tapio([...given, "--against", "git:HEAD"])).out).toContain(
      "against git:HEAD: 0 added, 0 removed, 0 changed, 0 the same\nno rule differs\n",
    );
    expect(await tapio([...given, "--against", "git:nowhere"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("nowhere"),
    });
    expect((await tapio([...given, "--against", "git:--help"])).code).toBe(3);
    await writeFile(folder.path("rules/pack.yaml"), STRICT.replace("title:", "titel:"));
    await git("commit", "-qam", "wrong");
    await writeFile(folder.path("rules/pack.yaml"), STRICT);
    const wrong = await tapio([...given, "--against", "git:HEAD"]);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("the rules of git:HEAD can't be loaded: ") });
    expect(wrong.err).toContain(`HEAD:${folder.path("rules/pack.yaml")}:6:5: error[`);
    const one = await tapio([
      "backtest",
      folder.path("a.ndjson"),
      "--rules",
      folder.path("rules/pack.yaml"),
      "--against",
      "git:HEAD",
    ]);
    expect(one.err).toContain(`HEAD:${folder.path("rules/pack.yaml")}:6:5: error[`);
    expect((await tapio([...given, "--against", next.path("pack.yaml")])).out).toContain("0 added, 1 removed");
  });

  test("what cannot be", async () => {
    expect(await tapio(["backtest", "--max-new", "1"], { stdin: "" })).toMatchObject({ code: 3 });
    expect(await tapio(["backtest", "-", "--against", "rules"], { stdin: "" })).toMatchObject({ code: 3 });
  });

  test("a page that cannot be written ends it before anything is read", async () => {
    await using folder = await temporaryFolder({ "rules/pack.yaml": STRICT });
    const refused = async (page: string): Promise<string> => {
      const { code, err } = await tapio(["backtest", folder.path("lost.ndjson"), "--html", page]);
      expect(code).toBe(3);
      return err;
    };
    expect(await refused(folder.path("reports/page.html"))).toContain(`there is no folder ${folder.path("reports")}`);
    expect(await refused(folder.path("rules"))).toContain("is a folder; name a file");
    expect(await refused(folder.path("page.html"))).toContain("lost.ndjson");
  });
});
