import { codeOnly, type Import, importsOf, lineAt, type SourceTree } from "./source-tree.ts";

/** A rule says what is wrong with a tree, one sentence a place; nothing if nothing is. */
export type ArchitectureRule = (tree: SourceTree) => readonly string[];

const LINES_MAX = 250;

// Who may import whom, besides itself. A room that is not named here may import nothing of ours.
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "core/model": [],
  "core/expression": ["core/model"],
  "core/language": ["core/model", "core/expression", "schemas"],
  "core/intake": ["core/model", "core/expression"],
  "core/engine": ["core/model", "core/expression"],
  "core/testing": ["core/model", "core/expression", "core/language", "core/intake", "core/engine", "schemas"],
  ports: ["core/model"],
  threads: ["ports"],
  adapters: ["ports", "threads", "core/model"],
  web: ["ports", "core/model"],
  service: [
    "ports",
    "core/model",
    "core/expression",
    "core/language",
    "core/intake",
    "core/engine",
    "core/testing",
    "schemas",
  ],
  library: ["*"],
  cli: ["*"],
  "index.ts": ["library", "ports", "core/model"],
};

// The worker thread that reads rules and their tests is a program of its own: it has to bring the
// language along, and whoever starts it has to know what it answers with.
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  "src/adapters/file/language-worker.ts": ["core/language"],
  "src/adapters/file/language-thread.ts": ["core/language"],
};

const PAGE = "src/web/page/";
const PAGE_LIBRARIES = ["preact", "preact/hooks", "htm"];

// Deciding takes a promise in one place only: json-rules-engine judges conditions asynchronously.
const MAY_WAIT = ["src/core/expression/conditions.ts", "src/core/engine/run-judging.ts", "src/core/testing/"];

/** Rooms import as ARCHITECTURE.md says. */
export const roomsKeepApart: ArchitectureRule = (tree) =>
  imports(tree, "src/").flatMap((one) => {
    const [from, to] = [roomOf(one.from), roomOf(one.to)];
    if (to === undefined || from === undefined || from === to) return [];
    const allowed = [...(ALLOWED[from] ?? []), ...(EXCEPTIONS[one.from] ?? [])];
    return allowed.includes(to) || allowed.includes("*") ? [] : [`${place(one)}: ${from} imports ${to} (${one.to})`];
  });

/** Only the program's composition and the library choose adapters; others know ports. */
export const adaptersAreChosenInOnePlace: ArchitectureRule = (tree) =>
  imports(tree, "src/")
    .filter(({ to, typeOnly }) => to.startsWith("src/adapters/") && !typeOnly)
    .filter(({ from }) => !/^src\/(adapters\/|library\/|cli\/compose\.ts$)/.test(from))
    .map((one) => `${place(one)}: imports the adapter ${one.to}`);

/** What people start again and again loads no parser of the rule language and no client before it needs one. */
export const shortCommandsStartLight: ArchitectureRule = (tree) => {
  const loaded = new Set([
    "src/cli/main.ts",
    "src/cli/run-cli.ts",
    "src/cli/commands/test.ts",
    "src/cli/run-rule-tests.ts",
  ]);
  const heavy: string[] = [];
  for (const path of loaded) {
    for (const one of importsOf(path, tree.get(path) ?? "")) {
      if (one.typeOnly || one.dynamic) continue;
      if (/^(yaml|ajv|@nats-io|vscode-)/.test(one.to)) heavy.push(`${place(one)}: loads ${one.to}`);
      loaded.add(one.to);
    }
  }
  return heavy;
};

/** The core knows neither Node nor its modules. */
export const coreKnowsNoNode: ArchitectureRule = (tree) =>
  imports(tree, "src/core/")
    .filter(({ to }) => to.startsWith("node:"))
    .map((one) => `${place(one)}: the core imports ${one.to}`);

/** What is public stands in one list. */
export const onlyTheIndexReExports: ArchitectureRule = (tree) =>
  imports(tree, "src/")
    .filter(({ reExports, from }) => reExports && from !== "src/index.ts")
    .map((one) => `${place(one)}: re-exports ${one.to}`);

/** The page runs in a browser: there are its own files, and two libraries. */
export const thePageStandsAlone: ArchitectureRule = (tree) =>
  imports(tree, PAGE)
    .filter(({ to, typeOnly }) => !typeOnly && !to.startsWith(PAGE) && !PAGE_LIBRARIES.includes(to))
    .map((one) => `${place(one)}: the page imports ${one.to}`);

/** What an event says is text, whatever it looks like. */
export const thePageWritesNoMarkup: ArchitectureRule = (tree) =>
  code(
    tree,
    PAGE,
    /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|DOMParser|document\.write)\b/,
  );

/** Log time comes from the log; the wall clock is read in one place, and in one of the page, which has the reader's. */
export const onlyTheSystemReadsTheClock: ArchitectureRule = (tree) =>
  code(tree, "src/", /\bDate\.now\b|\bnew Date\b(?!\s*\(\s*[^\s)])|\bDate\(\)|\bperformance\b|\bhrtime\b/).filter(
    (found) => !/^src\/(adapters\/system\.ts|web\/page\/clock\.js):/.test(found),
  );

/** The same log gives the same stories: no chance in the core. */
export const coreRollsNoDice: ArchitectureRule = (tree) =>
  code(tree, "src/core/", /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/);

/** The core does not wait. */
export const coreDoesNotWait: ArchitectureRule = (tree) =>
  code(tree, "src/core/", /\basync\b|\bawait\b|\bnew Promise\b|\bPromise\.|\bsetTimeout\b/).filter(
    (found) => !MAY_WAIT.some((path) => found.startsWith(path)),
  );

/** A file is short enough to be read at once. */
export const filesAreShort: ArchitectureRule = (tree) =>
  files(tree, "src/").flatMap(([path, text]) => {
    const lines = text.trimEnd().split("\n").length;
    return lines > LINES_MAX ? [`${path}: ${lines} lines, at most ${LINES_MAX}`] : [];
  });

/** A file is named after what it holds. */
export const filesHaveNames: ArchitectureRule = (tree) =>
  [...tree.keys()].filter((path) => {
    const nameless = /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.\w+$)|(^|\/)(types|constants)\.ts$/;
    return nameless.test(path) || /^src\/.+\/index\.ts$/.test(path);
  });

/** What is to be done is an issue, not a comment. */
export const nothingIsLeftToDo: ArchitectureRule = (tree) => text(tree, /\b(TODO|FIXME|XXX|HACK)\b/);

/** Types say what a value is; imports say what they bring. */
export const typesAreTold: ArchitectureRule = (tree) =>
  code(tree, "src/", /:\s*any\b|\bas any\b|<any\b|\bany\[\]|\bexport default\b|@ts-ignore|@ts-nocheck/);

function roomOf(path: string): string | undefined {
  if (path.startsWith("schemas/")) return "schemas";
  const [top, first, second] = path.split("/");
  if (top !== "src" || first === undefined) return undefined;
  return first === "core" ? `core/${second}` : first;
}

function files(tree: SourceTree, folder: string): readonly (readonly [string, string])[] {
  return [...tree].filter(([path]) => path.startsWith(folder));
}

function imports(tree: SourceTree, folder: string): readonly Import[] {
  return files(tree, folder).flatMap(([path, content]) => importsOf(path, content));
}

function place({ from, line }: Import): string {
  return `${from}:${line}`;
}

/** Where the pattern stands in code, comments and quoted texts left out. */
function code(tree: SourceTree, folder: string, pattern: RegExp): readonly string[] {
  return files(tree, folder).flatMap(([path, content]) => occurrences(path, codeOnly(content), pattern));
}

function text(tree: SourceTree, pattern: RegExp): readonly string[] {
  return [...tree].flatMap(([path, content]) => occurrences(path, content, pattern));
}

function occurrences(path: string, content: string, pattern: RegExp): readonly string[] {
  const found = [...content.matchAll(new RegExp(pattern, "g"))];
  return found.map((one) => `${path}:${lineAt(content, one.index)}: ${one[0]}`);
}
