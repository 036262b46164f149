import { readdirSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGES = [
  "README.md",
  ...readdirSync(new URL("docs/", ROOT))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const program = await buildProgram(async () => {}, { writeOut: () => {}, writeErr: () => {} });

/** The command lines of the program that a page shows, in blocks and in its text, each as its words. */
function commandsOf(page: string): string[][] {
  const text = readFileSync(new URL(page, ROOT), "utf8");
  const blocks = [...text.matchAll(/^ *```(?:sh|yaml|console)\n([\s\S]*?)^ *```$/gm)].map(([, block = ""]) => block);
  const inText = [...text.matchAll(/(?<!`)`(tapio [^`\n]+)`(?!`)/g)].map(([, command = ""]) => command);
  return [...blocks, ...inText].flatMap((block) =>
    block
      .replace(/\\\n\s*|>-\n\s*|(?<=tapio --.*)\n\s+(?=--)/g, " ")
      .split(/\n|&&|\|\|?|;/)
      .flatMap((line) => {
        const [, words] = /(?:^|\s)tapio (?:-- )?([a-z][^#>]*)/.exec(line) ?? [];
        return words === undefined ? [] : [words.trim().split(/\s+/)];
      }),
  );
}

/** What of a command line the program does not know. */
function unknownIn(words: readonly string[]): string[] {
  let command: Command = program;
  for (const word of words) {
    const below = command.commands.find((each) => each.name() === word);
    if (below === undefined) break;
    command = below;
  }
  if (command === program) return [`the command ${words[0]}`];
  const known = new Set([...program.options, ...command.options].flatMap(({ long, short }) => [long, short]));
  return words
    .map((word) => word.replace(/=.*$/, ""))
    .filter((word) => /^--?[a-z]/.test(word) && !known.has(word) && word !== "--help");
}

test.for(PAGES)("%s shows commands and options that there are", (page) => {
  for (const words of commandsOf(page)) expect(unknownIn(words), words.join(" ")).toEqual([]);
});

test("what there is not is found, and the pages that teach commands show some", () => {
  expect(unknownIn(["test", "rules", "--freez"])).toEqual(["--freez"]);
  expect(unknownIn(["tset", "rules"])).toEqual(["the command tset"]);
  for (const page of ["docs/ci.md", "docs/testing.md", "docs/operating.md"])
    expect(commandsOf(page).length, page).toBeGreaterThan(4);
  expect(commandsOf("docs/ci.md").flat()).toEqual(expect.arrayContaining(["--max-new", "--min-killed", "sarif"]));
});
