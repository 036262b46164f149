import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import {
  CodeActionRequest,
  CompletionRequest,
  createProtocolConnection,
  DefinitionRequest,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentSymbolRequest,
  ExitNotification,
  FileChangeType,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { RuleFiles } from "../../src/cli/lsp/rule-files.ts";
import { CODES } from "../../src/core/language/codes.ts";
import { PACK, TEST } from "../unit/language/editing/editing-kit.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NODE = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
const END_MS_MAX = 10_000;

/** A real editor's side of the line, and the real server at the other end. */
interface Editor extends AsyncDisposable {
  readonly connection: ProtocolConnection;
  /** Waits until the findings of a file are as wanted. */
  sees(uri: string, wanted: (diagnostics: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]>;
  /** Whether anything was said of a file. */
  hasHeardOf(uri: string): boolean;
  /** Takes leave in order, and gives the server's exit code. */
  leave(): Promise<unknown>;
  readonly watched: () => unknown;
}

async function openEditor(): Promise<Editor> {
  const child = spawn(NODE, ["src/cli/main.ts", "lsp", "--stdio"], { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const findings = new Map<string, readonly Diagnostic[]>();
  const waiting = new Set<() => void>();
  let watched: unknown;
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
    findings.set(uri, diagnostics);
    for (const look of waiting) look();
  });
  connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
    watched = registrations;
  });
  connection.listen();
  const { capabilities, serverInfo } = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
  });
  expect(serverInfo).toMatchObject({ name: "tapio" });
  expect(capabilities).toMatchObject({ hoverProvider: true, definitionProvider: true });
  await connection.sendNotification(InitializedNotification.type, {});
  return {
    connection,
    watched: () => watched,
    hasHeardOf: (uri) => findings.has(uri),
    sees: (uri, wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = findings.get(uri);
          if (found === undefined || !wanted(found)) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async leave() {
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      const [code] = (await ended) as [unknown];
      return code;
    },
    async [Symbol.asyncDispose]() {
      connection.dispose();
      if (child.exitCode !== null) return;
      child.stdin.end();
      const late = setTimeout(() => child.kill("SIGKILL"), END_MS_MAX);
      await ended;
      clearTimeout(late);
    },
  };
}

function placeOf(text: string, word: string, into = 0): Position {
  const before = text.slice(0, text.indexOf(word) + into).split("\n");
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

const codesOf = (diagnostics: readonly Diagnostic[]): unknown[] => diagnostics.map(({ code }) => code);

test("an editor opens, types, asks, mends and leaves", { timeout: 60_000 }, async () => {
  const wrong = PACK.replace("after: oom", "after: oon");
  await using folder = await temporaryFolder({
    "rules/demo.yaml": wrong,
    "rules/demo.test.yaml": TEST,
    "rules/x.yaml": "a: 1\n",
  });
  const uri = pathToFileURL(folder.path("rules/demo.yaml")).href;
  const testUri = pathToFileURL(folder.path("rules/demo.test.yaml")).href;
  await using editor = await openEditor();
  const { connection } = editor;
  const open = (one: string, text: string) =>
    connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri: one, languageId: "yaml", version: 1, text },
    });

  await open(uri, wrong);
  const [finding] = await editor.sees(uri, (found) => 0 < found.length);
  expect(finding).toMatchObject({
    code: "TAP212",
    source: "tapio",
    severity: 1,
    message: expect.stringContaining("this rule has no step `oon`") as unknown,
    range: { start: placeOf(wrong, "oon"), end: placeOf(wrong, "oon", 3) },
    codeDescription: { href: expect.stringMatching(/docs\/diagnostics\.md#tap212-unknown-step$/) as unknown },
  });
  if (finding === undefined) throw new Error("there was a finding");
  const actions = await connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: finding.range,
    context: { diagnostics: [finding] },
  });
  expect(actions).toMatchObject([
    { title: "Write oom", kind: "quickfix", edit: { changes: { [uri]: [{ range: finding.range, newText: "oom" }] } } },
  ]);

  // The fix is applied as an editor does it: by a change of the range.
  await connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { uri, version: 2 },
    contentChanges: [{ range: finding.range, text: "oom" }],
  });
  await editor.sees(uri, (found) => found.length === 0);

  const at = placeOf(PACK, "after: oom", 7);
  const completion = await connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: at });
  expect(completion).toMatchObject([
    { label: "oom", textEdit: { newText: "oom", range: { start: at, end: { ...at, character: at.character + 3 } } } },
  ]);
  const hover = await connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: at });
  expect(hover).toMatchObject({ contents: { value: expect.stringContaining("k8s.pod.oomkilled") as unknown } });

  await open(testUri, TEST);
  const definition = await connection.sendRequest(DefinitionRequest.type, {
    textDocument: { uri: testUri },
    position: placeOf(TEST, "demo/second-rule", 2),
  });
  expect(definition).toEqual({
    uri,
    range: { start: placeOf(PACK, "second-rule"), end: placeOf(PACK, "second-rule", 11) },
  });
  const symbols = await connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } });
  expect(symbols).toMatchObject([
    { name: "system" },
    { name: "killed" },
    { name: "first-rule", detail: "The first", children: [{ name: "oom" }, { name: "gone" }, { name: "back" }] },
    { name: "second-rule" },
  ]);
  expect(editor.watched()).toMatchObject([{ method: "workspace/didChangeWatchedFiles" }]);
  expect(await editor.leave()).toBe(0);
});

test("files count for each other, open or not, and what is closed is as it lies on the disk", {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder({
    "rules/demo.yaml": PACK,
    "elsewhere/broken.yaml": PACK.replace("after: oom", "after: oon"),
    "rules/team/twin.yaml": PACK.replace("name: demo", "name: twin"),
    "rules/team/shop.yaml": `apiVersion: tapio.dev/v1
kind: RuleOverlay
metadata: { name: shop, owner: team }
patches: [ { rule: demo/first-rule, why: because, set: { priority: 7 } } ]
`,
  });
  const uriOf = (name: string): string => pathToFileURL(folder.path(name)).href;
  const demo = uriOf("rules/demo.yaml");
  await using editor = await openEditor();
  const { connection } = editor;
  // A file that changes where nothing is open is nobody's business.
  await connection.sendNotification(DidChangeWatchedFilesNotification.type, {
    changes: [{ uri: uriOf("elsewhere/broken.yaml"), type: FileChangeType.Changed }],
  });
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri: demo, languageId: "yaml", version: 1, text: PACK.replaceAll("first-rule", "other-rule") },
  });
  // Nobody has the overlay open, and it is the one that breaks.
  const broken = await editor.sees(uriOf("rules/team/shop.yaml"), (found) => 0 < found.length);
  expect(codesOf(broken)).toEqual(["TAP252"]);
  // Both packs have a rule `second-rule`; each finding says where the other is.
  const [twin] = await editor.sees(demo, (found) => codesOf(found).includes("TAP228"));
  expect(twin?.relatedInformation).toMatchObject([
    { message: "`twin/second-rule`", location: { uri: uriOf("rules/team/twin.yaml"), range: { start: { line: 27 } } } },
  ]);

  await connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri: demo } });
  await editor.sees(uriOf("rules/team/shop.yaml"), (found) => found.length === 0);
  await writeFile(folder.path("new"), PACK.replace("name: demo", "name: gone"));
  await rename(folder.path("new"), folder.path("rules/demo.yaml"));
  await connection.sendNotification(DidChangeWatchedFilesNotification.type, {
    changes: [{ uri: demo, type: FileChangeType.Changed }],
  });
  await editor.sees(uriOf("rules/team/shop.yaml"), (found) => codesOf(found).includes("TAP252"));
  expect(editor.hasHeardOf(uriOf("elsewhere/broken.yaml"))).toBe(false);
  expect(await editor.leave()).toBe(0);
});

test("a test is held against the packs that it names, as they are typed", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder({ "rules/demo.yaml": PACK });
  const uri = pathToFileURL(folder.path("rules/demo.test.yaml")).href;
  await using editor = await openEditor();
  const { connection } = editor;
  const expected = "expect: { notStories: [demo/first-rul], why: { demo/first-rule: { step: gon, because: gap } } }";
  const text = `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [demo.yaml]
cases:
  - name: one
    events: [ { id: e1, at: 0s, source: k8s, type: x.y, entity: { kind: Pod, name: api } } ]
    ${expected}
`;
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "yaml", version: 1, text },
  });
  const names = await editor.sees(uri, (found) => 0 < found.length);
  expect(codesOf(names)).toEqual(["TAP308", "TAP308"]);
  await connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { uri, version: 2 },
    contentChanges: [{ text: text.replace("[demo.yaml]", "[demo.yaml, dmo.yaml]") }],
  });
  await editor.sees(uri, (found) => codesOf(found).includes("TAP309"));
  expect(await editor.leave()).toBe(0);
});

test("of too many files the open ones are looked at, and it is said how many are not", async () => {
  const others = Array.from({ length: 501 }, (_, at) => [`rules/a${at}.yaml`, "a: 1\n"]);
  await using folder = await temporaryFolder({ ...Object.fromEntries(others), "rules/z.yaml": PACK });
  const files = new RuleFiles();
  files.edit(folder.path("rules/z.yaml"), PACK);
  const { texts, leftOut } = await files.together(folder.path("rules/z.yaml"));
  expect(texts.map(({ file }) => file)).toEqual([folder.path("rules/z.yaml")]);
  expect(leftOut).toBe(2);
});

test("an editor that hangs up leaves no process behind", async () => {
  const editor = await openEditor();
  await editor[Symbol.asyncDispose]();
});

test("a message that is not JSON is passed; where no message begins any more the server ends and says so", async () => {
  const child = spawn(NODE, ["src/cli/main.ts", "lsp"], { cwd: ROOT, stdio: "pipe" });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const answered = once(child.stdout, "data");
  child.stdin.write("Content-Length: 5\r\n\r\n{xxx}");
  const asked = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: { capabilities: {} } });
  child.stdin.write(`Content-Length: ${asked.length}\r\n\r\n${asked}`);
  expect(String((await answered)[0])).toContain("Content-Length");
  const ended = once(child, "exit");
  child.stdin.write("hello\r\n\r\n");
  expect(await ended).toEqual([3, null]);
  expect(said).toBe("tapio: lsp: what came is no message of the Language Server Protocol\n");
});

test("every code has its entry where editors are sent", () => {
  const page = readFileSync(`${ROOT}docs/diagnostics.md`, "utf8");
  for (const [code, { title }] of Object.entries(CODES)) expect(page).toContain(`\n### ${code}: ${title}\n`);
});
