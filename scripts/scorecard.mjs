// `npm run scorecard`: every labelled fixture against all packs that ship, loaded together, as in
// production. The labels are the rule tests' own: a case with a fixture says which stories it wants.
//   right        told, by the rule that the label names
//   wrong        told by another rule in its place
//   missed       not told at all
//   over-merged  fewer stories than the label wants, though none is missed by rule
//   fragmented   more stories than the label wants
//   noisy        told where the label wants silence; of its own packs, unless it is about all of them
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRuleTests } from "../src/core/language/read-rule-tests.ts";
import { SourceText } from "../src/core/language/source-text.ts";
import { CorrelationEngine } from "../src/index.ts";

const RULES = fileURLToPath(new URL("../rules/", import.meta.url));
const COLUMNS = ["cases", "right", "wrong", "missed", "overMerged", "fragmented", "noisy"];

const engine = await CorrelationEngine.fromPacks([RULES]);
const scores = new Map();
const remarks = [];
for (const file of readdirSync(RULES, { recursive: true })
  .filter((name) => name.endsWith(".test.yaml"))
  .sort()) {
  const path = join(RULES, file);
  const { test } = readRuleTests(new SourceText(file, readFileSync(path, "utf8")));
  for (const one of test?.cases ?? []) {
    if (one.fixture === undefined || one.expect?.stories === undefined) continue;
    const lines = readFileSync(join(dirname(path), one.fixture), "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    const all = await engine.evaluate(whole(lines));
    const own = test.packs.map((pack) => pack.replace(/^.*\//, "").replace(/\.yaml$/, ""));
    const aboutAll = 0 < one.expect.stories.length || file.endsWith("quiet.test.yaml");
    const told = aboutAll ? all : all.filter(({ rule }) => own.includes(rule.pack));
    score(
      dirname(file),
      one.name,
      one.expect.stories.map(({ rule }) => rule),
      told.filter(({ shadow }) => shadow !== true),
    );
  }
}
print();

/** Lines are payloads of their own, unless they are one document together. */
function whole(lines) {
  try {
    JSON.parse(lines[0]);
    return lines;
  } catch {
    return [lines.join("\n")];
  }
}

function score(pack, name, wanted, told) {
  const keys = told.map(({ rule }) => `${rule.pack}/${rule.id}`);
  const row = scores.get(pack) ?? Object.fromEntries(COLUMNS.map((column) => [column, 0]));
  scores.set(pack, row);
  row.cases++;
  const left = [...keys];
  let missed = 0;
  for (const rule of wanted) {
    const at = left.indexOf(rule);
    if (0 <= at) {
      left.splice(at, 1);
      row.right++;
    } else missed++;
  }
  const replaced = Math.min(missed, left.length);
  row.wrong += replaced;
  row.missed += missed - replaced;
  if (told.length < wanted.length && missed === wanted.length - told.length)
    row.overMerged += wanted.length - told.length;
  const extra = left.length - replaced;
  if (wanted.length === 0) row.noisy += extra;
  else row.fragmented += extra;
  if (0 < missed + extra)
    remarks.push(`${pack}: ${name}: wanted ${wanted.join(", ") || "silence"}; told ${keys.join(", ") || "nothing"}`);
}

function print() {
  const rows = [...scores].sort(([a], [b]) => (a < b ? -1 : 1));
  const total = Object.fromEntries(
    COLUMNS.map((column) => [column, rows.reduce((sum, [, row]) => sum + row[column], 0)]),
  );
  const line = (name, cells) => `${name.padEnd(24)}${cells.map((cell) => String(cell).padStart(12)).join("")}\n`;
  process.stdout.write(line("pack", COLUMNS));
  for (const [pack, row] of [...rows, ["all", total]])
    process.stdout.write(
      line(
        pack,
        COLUMNS.map((column) => row[column]),
      ),
    );
  if (0 < remarks.length) process.stdout.write(`\n${remarks.join("\n")}\n`);
  const bad = total.wrong + total.missed + total.fragmented + total.noisy;
  process.exitCode = bad === 0 ? 0 : 1;
}
