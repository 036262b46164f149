import { readFile, rm, writeFile } from "node:fs/promises";
import { platform } from "node:os";
import { describe, expect, test } from "vitest";
import { SEED_PACK } from "../support/seed-pack.ts";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const KEY = "seed/oom-service-disruption";
const LAXER = SEED_PACK.replace("within: 5m", "within: 6m");

describe("pack lock", () => {
  test("lint fails on another meaning under the same version, until the version is raised", async () => {
    await using folder = await temporaryFolder({ "rules/pack.yaml": SEED_PACK });
    const [rules, pack] = [folder.path("rules"), folder.path("rules/pack.yaml")];
    expect((await tapio(["pack", "lock", rules])).code).toBe(0);
    const lock = JSON.parse(await readFile(folder.path("rules/rules.lock"), "utf8")) as unknown;
    expect(lock).toEqual({
      lock: 1,
      rules: { [KEY]: { version: "1.0.0", meaning: expect.stringMatching(/^sha256:/) } },
    });

    await writeFile(pack, SEED_PACK.replace("summary: Service", "summary: A service"));
    expect((await tapio(["lint", rules])).code).toBe(0);

    await writeFile(pack, LAXER);
    const changed = await tapio(["lint", rules]);
    expect(changed.code).toBe(1);
    expect(changed.out).toContain(
      `pack.yaml:5:5: error[LOCK]: the meaning of ${KEY} changed, and its version is still 1.0.0`,
    );
    expect((await tapio(["pack", "lock", rules, "--check"])).code).toBe(1);
    expect((await tapio(["pack", "lock", rules])).code).toBe(1);

    await writeFile(pack, LAXER.replace("version: 1.0.0", "version: 1.1.0"));
    expect((await tapio(["lint", rules])).code).toBe(0);
    expect((await tapio(["pack", "lock", rules])).code).toBe(0);
    for (const none of ["[]", '{ "lock": 1, "rules": null }']) {
      await writeFile(folder.path("rules/rules.lock"), none);
      expect(await tapio(["lint", rules])).toMatchObject({
        code: 3,
        err: expect.stringContaining("is no lock of rules"),
      });
    }
  });

  test("a lock that is there and can't be read is not taken for none", async () => {
    await using folder = await temporaryFolder({ "rules/pack.yaml": SEED_PACK, "rules/rules.lock/x": "" });
    expect(await tapio(["lint", folder.path("rules")])).toMatchObject({
      code: 3,
      err: expect.stringContaining("rules.lock can't be read: EISDIR"),
    });
  });
});

test("lint fails where a locked rule is gone under the same version, and not where its pack is not loaded", async () => {
  const second = SEED_PACK.slice(SEED_PACK.indexOf("  - id:")).replace("oom-service-disruption", "other");
  await using folder = await temporaryFolder({ "rules/pack.yaml": SEED_PACK + second });
  const [rules, pack] = [folder.path("rules"), folder.path("rules/pack.yaml")];
  await writeFile(folder.path("rules/more.yaml"), SEED_PACK.replace("name: seed", "name: more"));
  expect((await tapio(["pack", "lock", rules])).code).toBe(0);

  await writeFile(pack, SEED_PACK);
  const gone = await tapio(["lint", rules]);
  expect(gone.code).toBe(1);
  expect(gone.out).toContain(
    "pack.yaml:1:1: error[LOCK]: seed/other is gone, and the version of its pack is still 1.0.0",
  );
  expect(await tapio(["pack", "lock", rules])).toMatchObject({ code: 1, out: expect.stringContaining("is gone") });

  await writeFile(pack, SEED_PACK.replace("version: 1.0.0", "version: 2.0.0"));
  expect((await tapio(["lint", rules])).code).toBe(0);
  await writeFile(pack, SEED_PACK + second);
  expect((await tapio(["lint", pack])).code).toBe(0);
});

describe("pack diff", () => {
  test("tells meaning from words, and names the field", async () => {
    const reworded = SEED_PACK.replace("summary: Service", "summary: A service");
    await using folder = await temporaryFolder({ "a.yaml": SEED_PACK, "b.yaml": LAXER, "c.yaml": reworded });
    const meaning = await tapio(["pack", "diff", folder.path("a.yaml"), folder.path("b.yaml")]);
    expect(meaning).toMatchObject({ code: 0, out: `~ ${KEY} (meaning)\n    steps.gone.within: 5m → 6m\n` });
    await writeFile(folder.path("b.yaml"), SEED_PACK.replace("severity: critical", "severity: info"));
    const quieter = await tapio(["pack", "diff", folder.path("a.yaml"), folder.path("b.yaml")]);
    expect(quieter.out).toBe(`~ ${KEY} (meaning)\n    severity: critical → info\n`);
    const words = await tapio(["pack", "diff", folder.path("a.yaml"), folder.path("c.yaml"), "-o", "json"]);
    expect(JSON.parse(words.out)).toMatchObject([{ rule: KEY, kind: "words", changes: [{ path: "story.summary" }] }]);
  });

  test("a rule of another name that means the same is one rule, and not two", async () => {
    const renamed = SEED_PACK.replace("id: oom-service-disruption", "id: other");
    await using folder = await temporaryFolder({ "a.yaml": SEED_PACK, "c.yaml": renamed });
    const both = await tapio(["pack", "diff", folder.path("a.yaml"), folder.path("c.yaml")]);
    expect(both).toMatchObject({ out: `~ seed/other (new name of ${KEY})\n`, err: "tapio: 1 differing rule\n" });
    await writeFile(folder.path("c.yaml"), renamed.replace("within: 5m", "within: 6m"));
    const another = await tapio(["pack", "diff", folder.path("a.yaml"), folder.path("c.yaml")]);
    expect(another.out).toBe(`- ${KEY}\n+ seed/other\n`);
  });
});

describe("lint --format", () => {
  const WRONG = SEED_PACK.replace("after: oom,", "after: ooom,");

  test("github has a note on the line, sarif a result", async () => {
    await using folder = await temporaryFolder({ "a.yaml": WRONG });
    const github = await tapio(["lint", folder.path("a.yaml"), "--format", "github"]);
    expect(github.code).toBe(1);
    expect(github.out).toMatch(/^::error file=.*a\.yaml,line=14,col=\d+,title=TAP212::.*; did you mean `oom`\?/);
    const sarif = await tapio(["lint", folder.path("a.yaml"), "--format", "sarif"]);
    expect(sarif.code).toBe(1);
    const [run] = (JSON.parse(sarif.out) as { runs: unknown[] }).runs;
    expect(run).toMatchObject({
      tool: {
        driver: {
          name: "tapio",
          rules: [
            {
              id: "TAP212",
              shortDescription: { text: "unknown step" },
              help: { text: expect.stringContaining("name steps of the same rule") as string },
              defaultConfiguration: { level: "error" },
            },
          ],
        },
      },
      results: [
        {
          ruleId: "TAP212",
          level: "error",
          message: { text: "this rule has no step `ooom`; did you mean `oom`?" },
          locations: [{ physicalLocation: { region: { startLine: 14 } } }],
        },
      ],
    });
  });
});

describe("new", () => {
  test("a pack with a test that passes as they are; a rule more; a test for both", async () => {
    await using folder = await temporaryFolder({});
    const rules = folder.path("rules");
    expect((await tapio(["new", "pack", "api-latency", "--dir", rules])).code).toBe(0);
    const pack = folder.path("rules/api-latency.yaml");
    expect(await readFile(pack, "utf8")).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/schemas\/rulepack\.schema\.json\n/,
    );
    expect(JSON.parse(await readFile(folder.path("schemas/rulepack.schema.json"), "utf8"))).toHaveProperty("title");
    expect(await tapio(["test", rules])).toMatchObject({ code: 0, out: expect.stringContaining("2 passed, 0 failed") });
    expect(await tapio(["lint", "--strict", rules])).toMatchObject({ code: 0 });
    const { out } = await tapio(["test", rules, "--coverage", "--strict"]);
    expect(out).toContain("(100 %)");

    expect((await tapio(["new", "rule", pack, "second-rule"])).code).toBe(0);
    expect((await tapio(["pack", "list", pack])).out).toMatch(/api-latency +0\.1\.0 +2 /);
    expect(await tapio(["new", "rule", pack, "second-rule"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("TAP221"),
    });
    expect(await tapio(["new", "test", pack])).toMatchObject({
      code: 3,
      err: expect.stringContaining("is there already"),
    });
    expect(await tapio(["new", "pack", "Api Latency", "--dir", rules])).toMatchObject({ code: 3 });
    expect(await tapio(["pack", "init", "api-errors", "--dir", rules])).toMatchObject({ code: 0 });
    expect((await tapio(["lint", "--strict", `${rules}/api-errors.yaml`])).code).toBe(0);
  });

  test("a rule more goes after the last one, whatever comes below, with the line ends of the file", async () => {
    await using folder = await temporaryFolder({});
    const file = folder.path("rules/shop.yaml");
    await tapio(["new", "pack", "shop", "--dir", folder.path("rules")]);
    const pack = await readFile(file, "utf8");
    const below = "# What is ours.\nlists: { system: [kube-system] }\n";
    await writeFile(file, `${pack}\n${below}`.replaceAll("\n", "\r\n"));
    expect((await tapio(["new", "rule", file, "second-rule"])).code).toBe(0);
    const grown = await readFile(file, "utf8");
    expect(grown.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    const lines = grown.replaceAll("\r\n", "\n");
    expect(lines.startsWith(`${pack}  - id: second-rule\n`)).toBe(true);
    expect(lines.endsWith(`      actions: ["Look at {{ cause.entity.name }}"]\n\n${below}`)).toBe(true);
  });

  test("a test starts near the bounds, with the fields that its rule asks for", async () => {
    const asks = 'where: { message: { startsWith: "Liveness" }, severity: [error, critical] }';
    await using folder = await temporaryFolder({});
    const file = folder.path("rules/shop.yaml");
    await tapio(["new", "pack", "shop", "--dir", folder.path("rules")]);
    const pack = (await readFile(file, "utf8")).replace("k8s.pod.oomkilled, role", `k8s.pod.oomkilled, ${asks}, role`);
    await writeFile(file, pack);
    await rm(folder.path("rules/shop.test.yaml"));
    expect((await tapio(["new", "test", file])).code).toBe(0);
    const test = await readFile(folder.path("rules/shop.test.yaml"), "utf8");
    expect(test).toContain('message: "Liveness", severity: "error" } # must hold: ');
    expect(test).toContain("{ id: e2, at: 240s, use: first-rule-effect }");
    const { code, out } = await tapio(["test", folder.path("rules"), "--mutate"]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.not.stringContaining("halved") });
  });

  test("a test that was written first stays, and a pack without a rule gets its first one", async () => {
    await using folder = await temporaryFolder({ "rules/shop.test.yaml": "first" });
    const file = folder.path("rules/shop.yaml");
    expect(await tapio(["new", "pack", "shop", "--dir", folder.path("rules")])).toMatchObject({
      code: 0,
      err: expect.stringContaining("shop.test.yaml is there already, and stays as it is"),
    });
    expect(await readFile(folder.path("rules/shop.test.yaml"), "utf8")).toBe("first");
    const [head = ""] = (await readFile(file, "utf8")).split(/^rules:/m);
    for (const none of ["rules:\n", "rules: []\n", "rules: [ ]", "rules:\n\nlists: { a: [b] }\n"]) {
      await writeFile(file, head + none);
      expect((await tapio(["new", "rule", file, "only-rule"])).code, none).toBe(0);
      expect((await tapio(["pack", "list", file])).out, none).toMatch(/shop +0\.1\.0 +1 /);
    }
  });

  test("what cannot be written to, or read, is said", async () => {
    await using folder = await temporaryFolder({ "a.test.yaml": "", "flow.yaml": "rules: [ { id: a } ]\n" });
    const refused = async (...argv: readonly string[]): Promise<string> => {
      const { code, err } = await tapio(["new", ...argv]);
      expect(code).toBe(3);
      return err;
    };
    expect(await refused("rule", folder.path("lost.yaml"), "x")).toContain("there is no file");
    expect(await refused("rule", folder.path(""), "x")).toContain("is a folder; name the file of a pack");
    expect(await refused("rule", folder.path("a.test.yaml"), "x")).toContain("is a rule test; name a pack");
    expect(await refused("test", folder.path("a.test.yaml"))).toContain("is a rule test; name a pack");
    expect(await refused("rule", folder.path("flow.yaml"), "x")).toContain(
      "has no `rules:` with its rules in lines of their own",
    );
    expect(await refused("pack", "x", "--dir", folder.path("flow.yaml"))).toContain("is a file and no folder");
    expect(await refused("pack", "")).toContain("`` is no name");
  });

  test.skipIf(platform() !== "linux")("a folder that no folder can be made in ends it", async () => {
    expect(await tapio(["new", "pack", "x", "--dir", "/proc/no/rules"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("mkdir"),
    });
  });
});
