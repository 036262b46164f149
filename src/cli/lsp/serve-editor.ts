import {
  type CodeAction,
  CodeActionKind,
  CodeActionRequest,
  CompletionRequest,
  createProtocolConnection,
  DefinitionRequest,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DidSaveTextDocumentNotification,
  DocumentSymbolRequest,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  LogMessageNotification,
  MarkupKind,
  MessageType,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocumentSyncKind,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { complete } from "../../core/language/editing/complete.ts";
import { definitionAt } from "../../core/language/editing/define.ts";
import { hoverAt } from "../../core/language/editing/hover.ts";
import type { Workspace } from "../../core/language/editing/workspace.ts";
import { completionItems, fileOf, locationOf, rangesIn, symbolsOf, uriOf } from "./in-protocol.ts";
import { Publisher } from "./publisher.ts";
import { RuleFiles } from "./rule-files.ts";

/** The two ends of the line to an editor, and who ends it early. */
export interface EditorLine {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
  readonly version: string;
}

/** How a conversation ended: by leave taken, without, or because what came was no message any more. */
export type Leave = "in order" | "hung up" | "garbled";

/**
 * Serves an editor by the Language Server Protocol until it says `exit`, hangs up, talks gibberish, or the signal
 * aborts; resolves with how it ended.
 */
export async function serveEditor({ input, output, signal, version }: EditorLine): Promise<Leave> {
  const reader = new StreamMessageReader(input);
  const connection = createProtocolConnection(reader, new StreamMessageWriter(output));
  const files = new RuleFiles();
  await using publisher = new Publisher(files, {
    show: (file, diagnostics) =>
      unlessGone(() =>
        connection.sendNotification(PublishDiagnosticsNotification.type, {
          uri: uriOf(file),
          diagnostics: [...diagnostics],
        }),
      ),
    trouble: (message) =>
      unlessGone(() =>
        connection.sendNotification(LogMessageNotification.type, { type: MessageType.Warning, message }),
      ),
  });
  let leave: Leave = "hung up";
  const ended = new Promise<void>((resolve) => {
    connection.onClose(resolve);
    // A message that is not JSON is passed. Where a header is none, nobody knows any more where messages begin.
    reader.onError((error) => {
      if (error instanceof SyntaxError) return;
      leave = "garbled";
      resolve();
    });
    connection.onNotification(ExitNotification.type, resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  connection.onRequest(ShutdownRequest.type, () => {
    leave = "in order";
  });
  connection.onRequest(InitializeRequest.type, () => abilities(version));
  hearTexts(connection, files, publisher);
  answerQuestions(connection, files);
  connection.listen();
  await ended;
  connection.dispose();
  return leave;
}

/** An editor that has hung up meanwhile is no trouble: whoever reads the line ends the server. */
function unlessGone(send: () => Promise<void>): void {
  (async () => send())().catch(() => undefined);
}

function abilities(version: string): InitializeResult {
  return {
    serverInfo: { name: "tapio", version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      completionProvider: { triggerCharacters: [" ", ".", "$", "{", "[", "|", "/", '"'] },
      hoverProvider: true,
      definitionProvider: true,
      documentSymbolProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
    },
  };
}

/** Keeps up with what is typed, and with what changes on the disk. */
function hearTexts(connection: ProtocolConnection, files: RuleFiles, publisher: Publisher): void {
  const documents = new Map<string, TextDocument>();
  const keep = (document: TextDocument): void => {
    documents.set(document.uri, document);
    files.edit(fileOf(document.uri), document.getText());
    publisher.changed(fileOf(document.uri));
  };
  connection.onNotification(DidOpenTextDocumentNotification.type, ({ textDocument }) => {
    const { uri, languageId, version, text } = textDocument;
    keep(TextDocument.create(uri, languageId, version, text));
  });
  connection.onNotification(DidChangeTextDocumentNotification.type, ({ textDocument, contentChanges }) => {
    const before = documents.get(textDocument.uri);
    if (before !== undefined) keep(TextDocument.update(before, contentChanges, textDocument.version));
  });
  connection.onNotification(DidCloseTextDocumentNotification.type, ({ textDocument: { uri } }) => {
    documents.delete(uri);
    files.close(fileOf(uri));
    publisher.changed(fileOf(uri));
  });
  connection.onNotification(DidSaveTextDocumentNotification.type, ({ textDocument }) =>
    publisher.changed(fileOf(textDocument.uri)),
  );
  connection.onNotification(DidChangeWatchedFilesNotification.type, ({ changes }) => {
    for (const { uri } of changes) publisher.changedOnDisk(fileOf(uri));
  });
  connection.onNotification(InitializedNotification.type, () => {
    const registrations = [
      {
        id: "rule-files",
        method: DidChangeWatchedFilesNotification.method,
        registerOptions: { watchers: [{ globPattern: "**/*.{yaml,yml}" }] },
      },
    ];
    // An editor that can't watch says no; then a change on the disk is seen at the next change in the editor.
    connection.sendRequest(RegistrationRequest.type, { registrations }).catch(() => undefined);
  });
}

interface Asked {
  readonly textDocument: { readonly uri: string };
  readonly position: Position;
}

/** A question about a place, with all that it takes to answer. */
interface Question {
  readonly text: string;
  readonly offset: number;
  readonly workspace: Workspace;
}

function answerQuestions(connection: ProtocolConnection, files: RuleFiles): void {
  const questionOf = async ({ textDocument: { uri }, position }: Asked): Promise<Question> => {
    const file = fileOf(uri);
    // The place is one in the text as it is now: what is typed while others are read comes later.
    const text = files.textOf(file);
    const workspace = await files.workspace(file);
    return { text, offset: TextDocument.create(uri, "yaml", 0, text).offsetAt(position), workspace };
  };
  connection.onRequest(CompletionRequest.type, async (asked) => {
    const { text, offset, workspace } = await questionOf(asked);
    return completionItems(complete(text, offset, workspace), rangesIn(text));
  });
  connection.onRequest(HoverRequest.type, async (asked) => {
    const { text, offset, workspace } = await questionOf(asked);
    const hover = hoverAt(text, offset, workspace);
    if (hover === undefined) return null;
    return { contents: { kind: MarkupKind.Markdown, value: hover.text }, range: rangesIn(text)(hover.span) };
  });
  connection.onRequest(DefinitionRequest.type, async (asked) => {
    const { text, offset, workspace } = await questionOf(asked);
    const found = definitionAt(text, offset, workspace);
    return found === undefined ? null : locationOf(found.file, found.span, files.textOf(found.file));
  });
  connection.onRequest(DocumentSymbolRequest.type, ({ textDocument: { uri } }) => {
    const file = fileOf(uri);
    return symbolsOf(files.outline(file), rangesIn(files.textOf(file)));
  });
  connection.onRequest(CodeActionRequest.type, ({ textDocument: { uri }, context: { only, diagnostics } }) =>
    only === undefined || only.includes(CodeActionKind.QuickFix) || only.includes(CodeActionKind.Empty)
      ? diagnostics.flatMap((diagnostic) => quickFix(uri, diagnostic))
      : [],
  );
}

function quickFix(uri: string, diagnostic: Diagnostic): CodeAction[] {
  const { title, text, range } = (diagnostic.data ?? {}) as Partial<Record<"title" | "text", string>> & {
    readonly range?: Diagnostic["range"];
  };
  if (title === undefined || text === undefined || range === undefined) return [];
  const edit = { changes: { [uri]: [{ range, newText: text }] } };
  return [{ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: true, edit }];
}
