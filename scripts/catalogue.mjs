// Writes docs/catalogue.md from the packs that ship: every story, its signals, its rule.
// `--check` writes nothing, and fails where the page is not what the packs say.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openPackSource } from "../src/adapters/file/pack-source.ts";

const RULES = fileURLToPath(new URL("../rules/", import.meta.url));
const PAGE = fileURLToPath(new URL("../docs/catalogue.md", import.meta.url));

/** The page's text. */
async function cataloguePage() {
  const { rules } = await openPackSource({ paths: [RULES] }).load({});
  const byCategory = Map.groupBy(rules.rules, ({ category }) => category);
  const sections = [...byCategory]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([category, own]) => section(category, own));
  const head = `# Catalogue\n\nEvery story that the packs which ship can tell: ${rules.rules.length} rules. Made from the packs by \`node scripts/catalogue.mjs\`; a test keeps it true.\n`;
  return `${head}\n${sections.join("\n")}`;
}

function section(category, rules) {
  const rows = rules.map((rule) => {
    const runbook = rule.story.runbook === undefined ? "" : ` [runbook](${rule.story.runbook})`;
    return `| ${rule.title.replaceAll("|", "\\|")}${runbook} | ${signals(rule)} | \`${rule.key}\` | ${rule.severity} |`;
  });
  return `## ${category} (${rules.length})\n\n| story | signals | rule | severity |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

/** The steps in file order: optional ones in brackets, what must be absent behind a minus. */
function signals({ steps, absent }) {
  const types = (test) =>
    test.types === undefined ? "any event" : test.types.map((type) => `\`${type}\``).join(" or ");
  const named = steps.map((step) => (step.optional ? `(${types(step)})` : types(step)));
  return [...named, ...absent.map((absence) => `− ${types(absence)}`)].join(", ").replaceAll("|", "\\|");
}

const page = await cataloguePage();
if (!process.argv.includes("--check")) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, "utf8") !== page) {
  process.stderr.write("docs/catalogue.md is not what the packs say; run: node scripts/catalogue.mjs\n");
  process.exitCode = 1;
}
