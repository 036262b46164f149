import type { Command } from "commander";
import { counted } from "../../core/expression/counted.ts";
import { WindowLog } from "../../core/testing/window-log.ts";
import { statusOf } from "../../service/status.ts";
import { Api } from "../../web/api.ts";
import { readPage } from "../../web/page-files.ts";
import { serveApi } from "../../web/server.ts";
import { StoryBoard } from "../../web/story-board.ts";
import { clock, recordingAt } from "../compose.ts";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { loadRules } from "../load-rules.ts";
import { RecordedExplainer } from "../recorded-explainer.ts";
import { replay } from "../replay.ts";
import { serveNear, untilAborted } from "../serving.ts";
import { addSettings, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { ownVersion, shippedPage, shippedRecording } from "../shipped.ts";
import { addOutputOption, OUTPUT_FORMS, type OutputForm, writeStories } from "../story-output.ts";

interface DemoOptions {
  readonly output?: OutputForm;
  readonly serve?: boolean;
  readonly once?: boolean;
  readonly listen?: string;
}

/** Adds `demo`: replays the incident that ships, prints its story, and may go on serving it. */
export function addDemo(program: Command, run: RunVerb): void {
  const command = program
    .command("demo")
    .description("replay a recorded incident of a real cluster and print its story; needs no network")
    .option("--serve", "keep serving the story until Ctrl-C, as a page and as an HTTP API")
    .option("--once", "print and end, even with --serve");
  addOutputOption(command, OUTPUT_FORMS, "form of the story; text if left out");
  addSettings(command, ["http.listen"]).action((options: DemoOptions) => run((shell) => demo(options, shell)));
}

/** A recording that was read to its end: nothing is open, and nothing waits. */
const AT_REST = {
  windows: { traces: 0, groups: 0, bytes: 0 },
  log: undefined,
  checkpoint: undefined,
  sinks: [],
  heldBack: 0,
  rules: undefined,
} as const;

async function demo(options: DemoOptions, shell: Shell): Promise<ExitCode> {
  const { settings, shown } = await readSettings(options, ["http.listen"], shell);
  const recording = shippedRecording();
  const rules = await loadRules([], shell);
  const board = new StoryBoard();
  const log = new WindowLog();
  const startedAtMs = clock.now();
  const { stories, books, counters, ended } = await replay({
    sources: [recordingAt(recording)],
    rules,
    sinks: [board],
    observe: log.observe,
    shell,
  });
  if (ended === "aborted") return interruptedBy(shell.signal);
  await writeStories(stories, options.output ?? "text", shell.stdout);
  const { stderr } = shell;
  stderr.say(`\ntapio: replayed ${counted(books.events, "recorded event")} from ${recording}\n`);
  stderr.say("tapio: your cluster next: kubectl get events -A -o json | tapio eval\n");
  if (options.serve !== true || options.once === true) return ExitCode.ok;

  const version = await ownVersion();
  const api = new Api({
    board,
    readiness: () => ({ ready: true }),
    status: () => statusOf({ ...AT_REST, version, nowMs: clock.now(), startedAtMs, books, counters }),
    explainer: new RecordedExplainer(rules, { log, stories }),
    rules: () => rules,
    page: await readPage(shippedPage()),
  });
  const chosen = shown.some(({ key, origin }) => key === "http.listen" && origin !== "default");
  const listen = settings["http.listen"];
  await using server = chosen ? await serveApi(api, listen) : await serveNear(api, listen);
  stderr.say(`tapio: serving the live page at ${server.url}/ until Ctrl-C\n`);
  await untilAborted(shell.signal);
  return ExitCode.ok;
}
