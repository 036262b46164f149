import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { expect, test } from "vitest";
import { packsAt } from "../../src/cli/compose.ts";
import { findRuleFiles } from "../../src/cli/find-rule-files.ts";
import { LOCK_FILE, lockOf, lockText } from "../../src/cli/rules-lock.ts";
import { readRuleTests } from "../../src/core/language/read-rule-tests.ts";
import { SourceText } from "../../src/core/language/source-text.ts";
import { tapio } from "./in-process.ts";

test("lint finds nothing in the rules that ship, nor a meaning that changed under the same version", async () => {
  expect(await tapio(["lint", "rules", "--strict"])).toMatchObject({ code: 0, out: "" });
});

test("every rule that ships is locked as it is; `tapio pack lock rules` writes the lock anew", async () => {
  const { rules } = await packsAt(["rules"]).load({});
  expect(await readFile(`rules/${LOCK_FILE}`, "utf8")).toBe(lockText(lockOf(rules)));
});

test("every rule that ships is of its folder's category, and has a runbook", async () => {
  const { rules } = await packsAt(["rules"]).load({});
  const folders = new Map(rules.packs.map(({ name, file }) => [name, basename(dirname(file))]));
  const odd = rules.rules.filter(({ category, pack }) => category !== folders.get(pack));
  // It shares its steps with the changes that break pods, and is told as what the pod does.
  expect(odd.map(({ key, category }) => `${key}: ${category}`)).toEqual([
    "configuration-changes-specs/command-change-breaks: pod-lifecycle",
  ]);
  const lost = rules.rules.filter(({ story: { runbook } }) => !/^https:\/\/\S+$/.test(runbook ?? ""));
  expect(lost.map(({ key }) => key)).toEqual([]);
});

test("the words of every rule that ships stand in a case, whole: nobody changes what is read at night unseen", async () => {
  const { rules } = await packsAt(["rules"]).load({});
  const { tests } = await findRuleFiles(["rules"]);
  const said = new Set<string>();
  for (const file of tests) {
    const { test: read } = readRuleTests(new SourceText(file, await readFile(file, "utf8")));
    for (const { rule, summary, detail, actions, impact } of (read?.cases ?? []).flatMap(
      ({ expect: expected }) => expected?.stories ?? [],
    )) {
      if (summary !== undefined) said.add(`${rule}: summary`);
      if (detail !== undefined) said.add(`${rule}: detail`);
      if (actions !== undefined) said.add(`${rule}: actions`);
      if (impact !== undefined) said.add(`${rule}: impact`);
    }
  }
  const unsaid = rules.rules.flatMap(({ key, story: { detail } }) =>
    ["summary", ...(detail === undefined ? [] : ["detail"]), "actions", "impact"]
      .map((words) => `${key}: ${words}`)
      .filter((words) => !said.has(words)),
  );
  expect(unsaid).toEqual([]);
});
