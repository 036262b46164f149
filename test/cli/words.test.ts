import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { ExitCode } from "../../src/cli/exit-code.ts";
import { DEFAULT_LIMITS } from "../../src/core/model/limits.ts";
import { SETTINGS } from "../../src/service/config-keys.ts";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("config show", () => {
  test("says each value and where it comes from, and masks secrets", async () => {
    await using folder = await temporaryFolder({ "t.yaml": "minEvents: 3\nmaxWindow: 1h\nnats:\n  token: s3cr3t\n" });
    const argv = ["config", "show", "--config", folder.path("t.yaml"), "--nats", "nats://me:s3cr3t@host:4222"];
    const { code, out } = await tapio(argv, { env: { TAPIO_MIN_EVENTS: "4", TAPIO_NATS_PASSWORD: "s3cr3t" } });
    expect(code).toBe(0);
    expect(out).toMatch(/^nats\.url +nats:\/\/\*\*\*@host:4222 +flag --nats$/m);
    expect(out).toMatch(/^nats\.password +\*+ +env TAPIO_NATS_PASSWORD$/m);
    expect(out).toMatch(/^minEvents +4 +env TAPIO_MIN_EVENTS$/m);
    expect(out).toMatch(/^maxWindow +1h +.*t\.yaml:2$/m);
    expect(out).toMatch(/^correlationWindow +5m +default$/m);
    expect(out).not.toContain("s3cr3t");
  });

  test("-o json has every setting", async () => {
    const shown = JSON.parse((await tapio(["config", "show", "-o", "json"])).out) as { key: string }[];
    expect(shown.map(({ key }) => key)).toEqual(Object.keys(SETTINGS));
  });
});

test("version", async () => {
  const { out } = await tapio(["version", "-o", "json"]);
  expect(JSON.parse(out)).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.versions.node });
  expect((await tapio(["--version"])).out).toMatch(/^tapio \d+\.\d+\.\d+.* \(Node \d+/);
});

test("schemas are listed and printed", async () => {
  const names = (await tapio(["schema"])).out.trim().split("\n");
  expect(names).toEqual(expect.arrayContaining(["config", "event", "rulepack", "ruletest", "story"]));
  for (const name of names) {
    const schema = JSON.parse((await tapio(["schema", name])).out) as { $id: string };
    expect(schema.$id).toContain(`/${name}.schema.json`);
  }
});

describe("completion", () => {
  test("bash completes commands, options and values", async () => {
    const { out } = await tapio(["completion", "bash"]);
    const complete = (...words: string[]): string[] => {
      const list = words.map((word) => `'${word}'`).join(" ");
      const script = `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _tapio; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", `${out}\n${script}`], {
        encoding: "utf8",
        timeout: 10_000,
      });
      expect(stderr).toBe("");
      return stdout.trim().split("\n");
    };
    expect(complete("tapio", "ev")).toEqual(["eval"]);
    expect(complete("tapio", "new", "p")).toEqual(["pack"]);
    expect(complete("tapio", "config", "")).toContain("show");
    expect(complete("tapio", "eval", "--fail")).toEqual(["--fail-on-story"]);
    expect(complete("tapio", "test", "--format", "j")).toEqual(["json", "junit"]);
    expect(complete("tapio", "completion", "f")).toEqual(["fish"]);
  });

  test.for(["zsh", "fish"])("%s names every command and every setting's flag", async (shell) => {
    const { out } = await tapio(["completion", shell]);
    for (const word of [
      "demo",
      "eval",
      "run",
      "status",
      "lint",
      "test",
      "explain",
      "backtest",
      "tap",
      "new",
      "pack",
      "schema",
      "config",
      "completion",
      "version",
    ]) {
      expect(out).toMatch(new RegExp(`\\b${word}\\b`));
    }
    for (const { flag, ...more } of Object.values(SETTINGS)) {
      if (!("secret" in more)) expect(out).toContain(flag);
      else expect(out).not.toMatch(new RegExp(`\\b${flag}(?!-)\\b`));
    }
  });
});

describe("docs/operating.md", () => {
  test("has every setting with its flag, variable and default", async () => {
    const text = await readFile("docs/operating.md", "utf8");
    for (const [key, setting] of Object.entries(SETTINGS)) {
      const { flag, env, fallback, show, secret } = setting as unknown as {
        flag: string;
        env: string;
        fallback: never;
        show: (value: never) => string;
        secret?: true;
      };
      const written = secret === true ? "" : `\`--${flag}\` `;
      const row = text.split("\n").find((line) => line.startsWith(`| \`${key}\` |`)) ?? "";
      expect(row, key).toContain(
        `| ${written}| \`${env}\` | ${show(fallback) === "" ? "" : `\`${show(fallback)}\` `}|`,
      );
    }
    expect(text.match(/^\| `[^`]+` \| (?:`--[^`]+` )?\| `TAPIO_/gm)).toHaveLength(Object.keys(SETTINGS).length);
  });

  test("has every limit with its default, and every exit code", async () => {
    const text = await readFile("docs/operating.md", "utf8");
    for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
      expect(text).toMatch(new RegExp(`^\\| \`${name}\` \\| ${value.toLocaleString("en")} \\|`, "m"));
    }
    for (const code of Object.values(ExitCode)) expect(text).toMatch(new RegExp(`^\\| \`${code}\` \\|`, "m"));
  });
});
