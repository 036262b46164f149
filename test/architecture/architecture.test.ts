import { describe, expect, test } from "vitest";
import * as rules from "./rules.ts";
import { codeOnly, importsOf, readTree } from "./source-tree.ts";

const sources = readTree(["src", "bench", "scripts"], [".ts", ".mjs", ".js"]);

interface Planted {
  readonly rule: rules.ArchitectureRule;
  /** Each is one file that breaks the rule. */
  readonly wrong: readonly (readonly [path: string, text: string])[];
  /** Each is one file that looks alike and keeps it. */
  readonly right: readonly (readonly [path: string, text: string])[];
}

const table: readonly Planted[] = [
  {
    rule: rules.roomsKeepApart,
    wrong: [
      ["src/core/model/event.ts", 'import { glob } from "../expression/glob.ts";'],
      ["src/core/engine/engine.ts", 'import type { Diagnostic } from "../language/diagnostic.ts";'],
      ["src/core/language/check.ts", 'import {\n  step,\n  type Engine,\n} from "../engine/engine.ts";'],
      ["src/core/intake/native.ts", 'const engine = await import("../engine/engine.ts");'],
      ["src/core/expression/glob.ts", 'export { check } from "../language/check.ts";'],
      ["src/core/model/event.ts", 'import "../../service/pipeline.ts";'],
      ["src/ports/source.ts", 'import type { Engine } from "../core/engine/engine.ts";'],
      ["src/adapters/nats/sink.ts", 'import { runPipeline } from "../../service/pipeline.ts";'],
      ["src/web/server.ts", 'import { stories } from "../service/books.ts";'],
      ["src/service/pipeline.ts", 'import { openFileSource } from "../adapters/file/file-source.ts";'],
      ["src/service/pipeline.ts", 'import { compose } from "../cli/compose.ts";'],
      ["src/unheard-of/room.ts", 'import { glob } from "../core/expression/glob.ts";'],
    ],
    right: [
      ["src/core/engine/engine.ts", 'import type { Event } from "../model/event.ts";'],
      ["src/core/testing/case.ts", 'import { step } from "../engine/engine.ts";'],
      ["src/core/engine/engine.ts", '// import { x } from "../language/check.ts";'],
      ["src/core/model/hash.ts", 'import { sha256 } from "@noble/hashes/sha2.js";'],
      ["src/cli/eval.ts", 'import { runPipeline } from "../service/pipeline.ts";'],
    ],
  },
  {
    rule: rules.adaptersAreChosenInOnePlace,
    wrong: [["src/cli/eval.ts", 'import { openFileSource } from "../adapters/file/file-source.ts";']],
    right: [
      ["src/cli/compose.ts", 'import { openFileSource } from "../adapters/file/file-source.ts";'],
      ["src/cli/eval.ts", 'import type { FileSource } from "../adapters/file/file-source.ts";'],
    ],
  },
  {
    rule: rules.coreKnowsNoNode,
    wrong: [["src/core/model/hash.ts", 'import { createHash } from "node:crypto";']],
    right: [["src/web/server.ts", 'import { createServer } from "node:http";']],
  },
  {
    rule: rules.onlyTheIndexReExports,
    wrong: [
      ["src/core/model/event.ts", 'export * from "./time.ts";'],
      ["src/ports/source.ts", 'export type { Event } from "../core/model/event.ts";'],
    ],
    right: [
      ["src/index.ts", 'export { CorrelationEngine } from "./library/correlation-engine.ts";'],
      ["src/ports/source.ts", 'export interface Source {}\nconst from = "./time.ts";'],
    ],
  },
  {
    rule: rules.thePageStandsAlone,
    wrong: [
      ["src/web/page/app.js", 'import { rowOf } from "../story-row.ts";'],
      ["src/web/page/app.js", 'import { readFile } from "node:fs";'],
      ["src/web/page/app.js", 'import { render } from "preact/compat";'],
    ],
    right: [
      ["src/web/page/app.js", 'import { h } from "preact";\nimport { html } from "./html.js";'],
      ["src/web/page/app.js", '/** @import { StoryRow } from "../story-row.ts" */'],
      ["src/web/page/explained.d.ts", 'import type { Role } from "../../core/model/rule.ts";'],
    ],
  },
  {
    rule: rules.thePageWritesNoMarkup,
    wrong: [["src/web/page/row.js", "element.innerHTML = summary;"]],
    right: [
      ["src/web/page/row.js", "element.textContent = summary;"],
      ["src/web/page/row.js", "// no innerHTML"],
    ],
  },
  {
    rule: rules.onlyTheSystemReadsTheClock,
    wrong: [
      ["src/web/page/app.js", "const now = Date.now();"],
      ["src/service/pipeline.ts", "const now = Date.now();"],
      ["src/core/engine/engine.ts", "const now = new Date();"],
      ["src/web/server.ts", "const start = performance.now();"],
    ],
    right: [
      ["src/adapters/system.ts", "const now = Date.now();"],
      ["src/web/page/clock.js", "return Date.now();"],
      ["src/core/model/time.ts", "const at = new Date(ms); // not new Date()"],
    ],
  },
  {
    rule: rules.coreRollsNoDice,
    wrong: [["src/core/engine/story.ts", "const id = Math.random();"]],
    right: [["src/service/backoff.ts", "const jitter = Math.random();"]],
  },
  {
    rule: rules.coreDoesNotWait,
    wrong: [["src/core/language/check.ts", "export async function check() {}"]],
    right: [
      ["src/core/expression/conditions.ts", "await engine.run(facts);"],
      ["src/service/pipeline.ts", "await sink.write(stories);"],
    ],
  },
  {
    rule: rules.filesAreShort,
    wrong: [["src/core/engine/engine.ts", "a();\n".repeat(251)]],
    right: [["src/core/engine/engine.ts", "a();\n".repeat(250)]],
  },
  {
    rule: rules.filesHaveNames,
    wrong: [
      ["src/core/utils/sort.ts", ""],
      ["src/core/model/types.ts", ""],
      ["src/core/model/index.ts", ""],
      ["bench/helpers.ts", ""],
    ],
    right: [
      ["src/index.ts", ""],
      ["src/core/expression/event-types.ts", ""],
    ],
  },
  {
    rule: rules.shortCommandsStartLight,
    wrong: [["src/cli/commands/test.ts", 'import { parse } from "yaml";']],
    right: [
      ["src/cli/commands/test.ts", 'import type { Document } from "yaml";'],
      ["src/cli/commands/test.ts", 'const { parse } = await import("yaml");'],
      ["src/cli/commands/lint.ts", 'import { parse } from "yaml";'],
    ],
  },
  {
    rule: rules.nothingIsLeftToDo,
    wrong: [["src/core/model/event.ts", "// TODO later"]],
    right: [["src/core/model/event.ts", "const todos = []; // to do"]],
  },
  {
    rule: rules.typesAreTold,
    wrong: [
      ["src/core/model/event.ts", "const x: any = 1;"],
      ["src/core/model/event.ts", "const x = y as any;"],
      ["src/core/model/event.ts", "const x: Map<string, any[]> = y;"],
      ["src/core/model/event.ts", "export default 1;"],
    ],
    right: [["src/core/model/event.ts", "const many = company; // : any"]],
  },
];

describe.each(table)("$rule.name", ({ rule, wrong, right }) => {
  test("holds for the sources", () => {
    expect(rule(sources)).toEqual([]);
  });

  test.each(wrong)("sees what is wrong in %s", (path, text) => {
    expect(rule(new Map([[path, text]]))).toHaveLength(1);
  });

  test.each(right)("lets pass %s", (path, text) => {
    expect(rule(new Map([[path, text]]))).toEqual([]);
  });
});

test("every rule has its planted violation", () => {
  expect(new Set(table.map(({ rule }) => rule))).toEqual(new Set(Object.values(rules)));
});

test("the sources are all there", () => {
  expect([...sources.keys()]).toEqual(
    expect.arrayContaining(["src/index.ts", "src/core/model/event.ts", "scripts/setup.mjs"]),
  );
  const [first] = importsOf("src/index.ts", sources.get("src/index.ts") ?? "");
  expect(first?.to).toMatch(/^src\//);
});

test("code is what is left without comments and quoted texts", () => {
  expect(codeOnly('a("b // c"); // d\n/* e */ f(`g`);').replace(/ +/g, " ")).toBe("a( ); \n f( );");
});
