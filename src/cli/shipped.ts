import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** This package's own folder: two up from the sources, three from what is built of them. */
const ROOT = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../../" : "../../../", import.meta.url));
const SCHEMA_SUFFIX = ".schema.json";

/** The folder of the rule packs that ship, as short as it can be written. */
export function shippedRules(): string {
  return shorter(join(ROOT, "rules"));
}

/** The recorded incident that `demo` replays. */
export function shippedRecording(): string {
  return shorter(join(ROOT, "rules", "resource-pressure", "fixtures", "oom-hits-dependant.ndjson"));
}

/** The folder of the live page's files. */
export function shippedPage(): string {
  return join(ROOT, "src", "web", "page");
}

/** Names of the schemas that ship. */
export async function schemaNames(): Promise<string[]> {
  const files = await readdir(join(ROOT, "schemas"));
  return files
    .filter((file) => file.endsWith(SCHEMA_SUFFIX))
    .map((file) => file.slice(0, -SCHEMA_SUFFIX.length))
    .sort();
}

/** The text of one of {@link schemaNames}, whole in itself: what it takes from the schema of packs comes along. */
export async function readSchema(name: string): Promise<string> {
  const text = await readFile(join(ROOT, "schemas", name + SCHEMA_SUFFIX), "utf8");
  const elsewhere = `rulepack${SCHEMA_SUFFIX}#/$defs/`;
  if (!text.includes(elsewhere)) return text;
  const own = JSON.parse(text.replaceAll(elsewhere, "#/$defs/")) as SchemaWithParts;
  const { $defs } = JSON.parse(await readSchema("rulepack")) as SchemaWithParts;
  const parts = { ...own.$defs };
  let size: number;
  do {
    size = Object.keys(parts).length;
    for (const [, part = ""] of JSON.stringify({ ...own, $defs: parts }).matchAll(/"#\/\$defs\/(\w+)"/g))
      parts[part] ??= $defs[part];
  } while (size < Object.keys(parts).length);
  return `${JSON.stringify({ ...own, $defs: parts }, undefined, 2)}\n`;
}

interface SchemaWithParts {
  readonly $defs: Readonly<Record<string, unknown>>;
}

/** This program's version. */
export async function ownVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  return version;
}

/** The page that explains every finding. */
export function diagnosticsPage(): string {
  return join(ROOT, "docs", "diagnostics.md");
}

function shorter(path: string): string {
  const fromHere = relative("", path);
  return fromHere.startsWith("..") ? path : fromHere;
}
