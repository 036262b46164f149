import type { Command } from "commander";
import { counted } from "../../core/expression/counted.ts";
import { Decoder } from "../../core/intake/decoder.ts";
import type { Sink } from "../../ports/sink.ts";
import { LiveExplainer } from "../../service/live-explainer.ts";
import { METRICS_TYPE, renderMetrics } from "../../service/metric-text.ts";
import { metricsOf } from "../../service/metrics.ts";
import { type ReloadOutcome, RuleReloader } from "../../service/reload.ts";
import { ServiceObserver } from "../../service/service-state.ts";
import { statusOf } from "../../service/status.ts";
import { Api } from "../../web/api.ts";
import { readPage } from "../../web/page-files.ts";
import { serveApi } from "../../web/server.ts";
import { StoryBoard } from "../../web/story-board.ts";
import { clock, type NatsWorld, onReloadWanted, packsAt } from "../compose.ts";
import { runDaemon } from "../daemon.ts";
import { ExitCode } from "../exit-code.ts";
import { storyOf } from "../find-story.ts";
import { loadRules } from "../load-rules.ts";
import { type Log, openLog } from "../log.ts";
import type { Output } from "../output.ts";
import { DaemonReadiness } from "../readiness.ts";
import { limitsOf } from "../replay.ts";
import { failingRuleTests } from "../rule-tests-of.ts";
import { addSettings, readSettings, SETTING_KEYS } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { ownVersion, shippedPage, shippedRules } from "../shipped.ts";
import { addOutputOption, type OutputForm, writeStories } from "../story-output.ts";
import { withStream } from "../stream-options.ts";
import { summaryOf } from "../summary.ts";

interface RunOptions {
  readonly output?: OutputForm;
  readonly rules?: string[];
}

/** Adds `run`: the daemon that reads a JetStream stream and publishes its stories. */
export function addRun(program: Command, run: RunVerb): void {
  const command = program
    .command("run")
    .description("read a JetStream stream, and publish each story to tapio.stories.<id>, until SIGTERM");
  addOutputOption(command, ["text", "ndjson"], "print every revision of a story too, in this form");
  addSettings(command, SETTING_KEYS).action((options: RunOptions) => run((shell) => daemon(options, shell)));
}

async function daemon(options: RunOptions, shell: Shell): Promise<ExitCode> {
  const { settings } = await readSettings(options, SETTING_KEYS, shell);
  const nats = withStream("run", settings);
  const { signal } = shell;
  const loaded = await loadRules(settings.rules, shell);
  const log = openLog(shell.stderr, clock, settings["log.level"]);
  const paths = settings.rules.length === 0 ? [shippedRules()] : settings.rules;
  const rules = new RuleReloader({
    packs: packsAt(paths),
    rules: loaded,
    clock,
    test: () => failingRuleTests(paths, signal),
    onOutcome: (outcome) => logReload(log, outcome),
  });
  const observer = new ServiceObserver({ clock, version: await ownVersion() });
  const board = new StoryBoard();
  const readiness = new DaemonReadiness(clock);
  const explainer = new LiveExplainer({
    rules: () => rules.state.rules,
    limits: limitsOf(settings),
    newDecoder: () => new Decoder({ eventCharsMax: settings["limits.eventBytes"] }),
    recentStory: (id) => board.find(id),
    clock,
    signal,
  });
  const api = new Api({
    board,
    readiness: () => ({ ...readiness.now, degraded: rules.state.problems[0] }),
    metrics: () => ({
      type: METRICS_TYPE,
      text: renderMetrics(observer.state === undefined ? [] : metricsOf(observer.state)),
    }),
    status: () => (observer.state === undefined ? undefined : statusOf(observer.state)),
    reload: () => rules.reload(),
    explainer,
    rules: () => rules.state.rules,
    page: await readPage(shippedPage()),
  });
  await using server = await serveApi(api, settings["http.listen"]);
  const onTrouble = (message: string): void => log("warn", message);
  const watch = settings["reload.watch"];
  await using _triggers = onReloadWanted({ paths, watch, reload: () => rules.reload(), onTrouble });
  log(
    "info",
    `${counted(loaded.rules.length, "rule")} of ${counted(loaded.packs.length, "pack")}; serving ${server.url}`,
  );
  const printing = options.output === undefined ? [] : [printer(options.output, shell.stdout)];
  const sinks = [board, ...printing];
  const onConnected = ({ openPart, findStory }: NatsWorld): void =>
    explainer.readFrom({ openPart, findStory: async (id) => storyOf(id, await findStory(id)) });
  const { books } = await runDaemon({ settings: nats, rules, sinks, observer, readiness, onConnected, log, signal });
  log("info", `ended in order on ${String(signal.reason)}`);
  if (settings["log.level"] !== "silent") shell.stderr.say(summaryOf(books));
  return ExitCode.ok;
}

function logReload(log: Log, outcome: ReloadOutcome): void {
  if (outcome.outcome === "loaded") log("info", `loaded ${counted(outcome.rules, "rule")} anew (${outcome.digest})`);
  else if (outcome.outcome === "unchanged") log("debug", "the rules are the same");
  else for (const problem of outcome.problems) log("error", `the rules stay as they were: ${problem}`);
}

/** Prints every revision as it is told. */
function printer(form: OutputForm, output: Output): Sink {
  return {
    name: "stdout",
    deliver: (changes) =>
      writeStories(
        changes.map(({ story }) => story),
        form,
        output,
      ),
    async [Symbol.asyncDispose]() {},
  };
}
