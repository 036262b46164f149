import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { counted } from "../../core/expression/counted.ts";
import type { RuleSet } from "../../core/model/rule.ts";
import type { Story } from "../../core/model/story.ts";
import { compareRuns } from "../../core/testing/compare-runs.ts";
import { tallyStories } from "../../core/testing/tally-stories.ts";
import { WindowLog } from "../../core/testing/window-log.ts";
import type { SettingKey } from "../../service/config-keys.ts";
import { backtestHtml } from "../backtest-html.ts";
import { type BacktestReport, backtestJson, backtestText } from "../backtest-report.ts";
import { changedRules } from "../changed-rules.ts";
import type { ComparedRules } from "../compared-rules.ts";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import { loadRulesAt } from "../git-rules.ts";
import { apart } from "../inputs.ts";
import { loadRules } from "../load-rules.ts";
import { findRecorded } from "../recorded.ts";
import { limitsOf } from "../replay.ts";
import { replayBoth, replayRecorded } from "../replay-recorded.ts";
import { costsOf } from "../rule-costs.ts";
import { addSettings, CORRELATION_KEYS, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { shippedRules } from "../shipped.ts";
import { addOutputOption } from "../story-output.ts";
import { addRange, type RangeOptions, STREAM_KEYS } from "../stream-options.ts";
import { summaryOf } from "../summary.ts";

/** Windows kept to measure what rules cost. */
const SAMPLE_WINDOWS = 2_000;

const KEYS: readonly SettingKey[] = [...CORRELATION_KEYS, ...STREAM_KEYS];

interface BacktestOptions extends RangeOptions {
  readonly output?: "text" | "json";
  readonly rules?: string[];
  readonly against?: string;
  readonly html?: string;
  readonly maxNew?: string;
  readonly stream?: string;
}

/** Adds `backtest`: what rules would have told of recorded events, and how two versions of them differ. */
export function addBacktest(program: Command, run: RunVerb): void {
  const command = program
    .command("backtest")
    .description("say what rules would have told of recorded events, and how two versions of them differ")
    .argument("[file...]", "recorded events, as for eval; a range of a stream with --stream or --since")
    .option("--against <rules>", "compare with these rules: a file, a folder, or git:REV")
    .option("--html <file>", "write the report as a page of its own")
    .option("--max-new <count>", "with --against: exit with 1 where more stories are added");
  addRange(command, "at what the stream holds now");
  addOutputOption(command, ["text", "json"], "form of the report; text if left out");
  addSettings(command, KEYS).action((files: string[], options: BacktestOptions) =>
    run((shell) => backtest(files, options, shell)),
  );
}

async function backtest(files: readonly string[], options: BacktestOptions, shell: Shell): Promise<ExitCode> {
  const { against } = options;
  const maxNew = readCount(options);
  if (options.html !== undefined) await checkWritable(options.html);
  const { paths, rules: named } = apart(files, options.rules);
  const flags = named === undefined ? options : { ...options, rules: named };
  const { settings } = await readSettings(flags, KEYS, shell);
  const recorded = await findRecorded(paths, { verb: "backtest", range: options, settings, shell });
  if (against !== undefined && "inputs" in recorded && recorded.inputs.includes("-"))
    throw new CommandError(
      "backtest: with --against the events are read twice, and standard input can't be; name a file",
    );
  const rules = await loadRules(settings.rules, shell);
  const from = settings.rules.length === 0 ? [shippedRules()] : settings.rules;
  const others = against === undefined ? undefined : await loadRulesAt(against, from, shell);
  const log = new WindowLog(SAMPLE_WINDOWS);
  const replayed = { rules, limits: limitsOf(settings), observe: log.observe, shell };
  const { own, other: before } =
    others === undefined
      ? { own: await replayRecorded(recorded, replayed), other: undefined }
      : await replayBoth(recorded, replayed, others);
  if (own.ended === "aborted" || before?.ended === "aborted") return interruptedBy(shell.signal);
  const report: BacktestReport = {
    events: own.books.events,
    stories: own.stories.length,
    eventsPerStory: own.stories.length === 0 ? null : own.books.events / own.stories.length,
    rules: tallyStories(own.stories),
    costs: await costsOf(rules, log),
    ...(before === undefined || against === undefined
      ? {}
      : { against: compared(against, { before: before.stories, after: own.stories, others, rules }) }),
  };
  const text = options.output === "json" ? backtestJson(report) : backtestText(report, shell.stdout.paint);
  await shell.stdout.write(text);
  if (options.html !== undefined) await writeFile(options.html, backtestHtml(report));
  shell.stderr.say(summaryOf(own.books, own.stories));
  const added = report.against?.added.length ?? 0;
  if (added <= maxNew) return ExitCode.ok;
  shell.stderr.say(`tapio: ${counted(added, "story")} added, and at most ${maxNew} may be\n`);
  return ExitCode.findings;
}

function compared(
  named: string,
  {
    before,
    after,
    others,
    rules,
  }: {
    readonly before: readonly Story[];
    readonly after: readonly Story[];
    readonly others: RuleSet | undefined;
    readonly rules: RuleSet;
  },
): ComparedRules {
  const difference = compareRuns(before, after);
  const changed = changedRules(others?.rules ?? [], rules.rules, difference.byRule);
  return { rules: named, changedRules: changed, ...difference };
}

/** Says that a file can't be written before hours of events are read for it. */
async function checkWritable(file: string): Promise<void> {
  const folder = dirname(file);
  const isFolder = async (path: string): Promise<boolean> =>
    (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (await isFolder(file)) throw new CommandError(`backtest: --html ${file} is a folder; name a file`);
  if (!(await isFolder(folder))) throw new CommandError(`backtest: --html: there is no folder ${folder}`);
  const isThere = (await stat(file).catch(() => undefined)) !== undefined;
  await access(isThere ? file : folder, constants.W_OK).catch(() => {
    throw new CommandError(`backtest: --html: ${file} can't be written`);
  });
}

function readCount({ maxNew, against }: BacktestOptions): number {
  if (maxNew === undefined) return Number.POSITIVE_INFINITY;
  if (against === undefined) throw new CommandError("backtest: --max-new needs --against");
  if (/^\d+$/.test(maxNew)) return Number(maxNew);
  throw new CommandError(`backtest: --max-new is a whole number, and not ${maxNew}`);
}
