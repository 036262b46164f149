import type { Command } from "commander";
import { counted } from "../../core/expression/counted.ts";
import { WindowLog } from "../../core/testing/window-log.ts";
import type { SettingKey } from "../../service/config-keys.ts";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { apart } from "../inputs.ts";
import { loadRules } from "../load-rules.ts";
import type { Paint } from "../paint.ts";
import { findRecorded } from "../recorded.ts";
import { limitsOf } from "../replay.ts";
import { replayRecorded } from "../replay-recorded.ts";
import { costsOf, type RuleCost } from "../rule-costs.ts";
import { addSettings, CORRELATION_KEYS, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { addOutputOption } from "../story-output.ts";
import { addRange, type RangeOptions, STREAM_KEYS } from "../stream-options.ts";
import { summaryOf } from "../summary.ts";
import { table } from "../text-layout.ts";

/** Windows of traces kept to judge rules in. */
const WINDOWS_MAX = 20_000;
/** How long each rule is judged. */
const MEASURED_MS = 10;

const KEYS: readonly SettingKey[] = [...CORRELATION_KEYS, ...STREAM_KEYS];

interface BenchOptions extends RangeOptions {
  readonly output?: "text" | "json";
  readonly rules?: string[];
  readonly stream?: string;
}

/** What rules cost on recorded events, for programs. */
interface BenchReport {
  readonly events: number;
  /** Windows of traces that were looked into, and those that were too many. */
  readonly windows: number;
  readonly windowsLeftOut: number;
  /** The costliest first. */
  readonly rules: readonly RuleCost[];
  /** Rules that could hold in none of these windows. */
  readonly idle: readonly string[];
}

/** Adds `bench rules`: what each rule costs on recorded events. */
export function addBench(program: Command, run: RunVerb): void {
  const bench = program.command("bench").description("measure what correlation costs");
  const command = bench
    .command("rules")
    .description("say what each rule costs on recorded events, the costliest first")
    .argument("[file...]", "recorded events, as for eval; a range of a stream with --stream or --since");
  addRange(command, "at what the stream holds now");
  addOutputOption(command, ["text", "json"], "form of the report; text if left out");
  addSettings(command, KEYS).action((files: string[], options: BenchOptions) =>
    run((shell) => benchRules(files, options, shell)),
  );
}

async function benchRules(files: readonly string[], options: BenchOptions, shell: Shell): Promise<ExitCode> {
  const { paths, rules: named } = apart(files, options.rules);
  const { settings } = await readSettings(named === undefined ? options : { ...options, rules: named }, KEYS, shell);
  const recorded = await findRecorded(paths, { verb: "bench rules", range: options, settings, shell });
  const rules = await loadRules(settings.rules, shell);
  const log = new WindowLog(WINDOWS_MAX);
  const { books, stories, ended } = await replayRecorded(recorded, {
    rules,
    limits: limitsOf(settings),
    observe: log.observe,
    shell,
  });
  if (ended === "aborted") return interruptedBy(shell.signal);
  const costs = await costsOf(rules, log, MEASURED_MS);
  const busy = new Set(costs.map(({ rule }) => rule));
  const report: BenchReport = {
    events: books.events,
    windows: log.traces.length,
    windowsLeftOut: log.notKept,
    rules: costs.sort((a, b) => b.ms - a.ms),
    idle: rules.rules.map(({ key }) => key).filter((key) => !busy.has(key)),
  };
  const asJson = (): string => `${JSON.stringify(report, undefined, 2)}\n`;
  await shell.stdout.write(options.output === "json" ? asJson() : benchText(report, shell.stdout.paint));
  shell.stderr.say(summaryOf(books, stories));
  return ExitCode.ok;
}

function benchText({ events, windows, windowsLeftOut, rules, idle }: BenchReport, paint: Paint): string {
  const allMs = rules.reduce((sum, { ms }) => sum + ms, 0);
  const rows = rules.map(({ rule, windows: own, events: looked, ms, share, msPerThousand }) => [
    rule,
    `${own}`,
    `${looked}`,
    ms.toFixed(2),
    `${(share * 100).toFixed(1)} %`,
    msPerThousand.toFixed(2),
  ]);
  const leftOut = windowsLeftOut === 0 ? "" : `, ${windowsLeftOut} more left out`;
  return [
    `${counted(events, "event")} in ${counted(windows, "window")}${leftOut}; to judge them takes ${allMs.toFixed(1)} ms\n\n`,
    ...(rows.length === 0 ? [] : [table([["RULE", "WINDOWS", "EVENTS", "MS", "SHARE", "MS PER 1,000"], ...rows])]),
    idle.length === 0 ? "" : paint("dim", `\n${counted(idle.length, "rule")} could hold in none of them\n`),
  ].join("");
}
