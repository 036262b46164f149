import type { Command } from "commander";
import { counted } from "../../core/expression/counted.ts";
import type { Story } from "../../core/model/story.ts";
import { type Answer, explainOneRule, explainStories, findRuleKey } from "../../core/testing/answer.ts";
import type { Evidence } from "../../core/testing/explain-rule.ts";
import { WindowLog } from "../../core/testing/window-log.ts";
import { eventsAt } from "../compose.ts";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { explainLive } from "../explain-live.ts";
import { explanationText, storyExplanationText } from "../explain-text.ts";
import { CommandError } from "../failure.ts";
import { looksLikeStoryId } from "../find-story.ts";
import { apart, inputsOf } from "../inputs.ts";
import { loadRules } from "../load-rules.ts";
import { limitsOf, replay } from "../replay.ts";
import { addSettings, CORRELATION_KEYS, givenFlags, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { addOutputOption } from "../story-output.ts";
import { summaryOf } from "../summary.ts";

/** Windows kept for explanations; beyond, the rest of a recording is not explained, and that is said. */
const WINDOWS_MAX = 200_000;

interface ExplainOptions {
  readonly output?: "text" | "json";
  readonly rules?: string[];
  readonly rule?: string;
  readonly trace?: string;
  readonly story?: string;
  readonly url?: string;
  readonly since?: string;
}

/** Adds `explain`: why stories were told, or why a rule told none. */
export function addExplain(program: Command, run: RunVerb): void {
  const command = program
    .command("explain")
    .description("say why each story was told, or why a rule told none")
    .argument("[file...]", "recorded events, as for eval; - is standard input; with --url ids of stories")
    .option("--rule <rule>", "this rule, by `pack/id` or id: how far it came, and what it failed at")
    .option("--trace <trace>", "with --rule: in this trace only")
    .option("--story <id>", "this story only")
    .option("--url <url>", "ask a running engine, which reads its stream back")
    .option("--since <when>", "with --url and --rule: read back to there; 1h if left out");
  addOutputOption(command, ["text", "json"], "form of the answer; text if left out");
  addSettings(command, CORRELATION_KEYS).action((files: string[], options: ExplainOptions) =>
    run((shell) => explain(files, options, shell)),
  );
}

async function explain(files: readonly string[], options: ExplainOptions, shell: Shell): Promise<ExitCode> {
  if (options.trace !== undefined && options.rule === undefined)
    throw new CommandError("explain: --trace needs --rule");
  if (options.url !== undefined) return askEngineWhy(options.url, files, options, shell);
  if (options.since !== undefined) throw new CommandError("explain: --since needs --url");
  const { paths, rules: named } = apart(files, options.rules);
  const [id] = paths.filter(looksLikeStoryId);
  if (id !== undefined) throw new CommandError(`explain: ${id} is a story and no file; write --story ${id}, or --url`);
  const flags = named === undefined ? options : { ...options, rules: named };
  const { settings } = await readSettings(flags, CORRELATION_KEYS, shell);
  const sources = inputsOf(paths, "explain", shell).map((path) => eventsAt(path, shell.stdin));
  const rules = await loadRules(settings.rules, shell);
  const found = options.rule === undefined ? undefined : findRuleKey(options.rule, rules);
  if (found !== undefined && "problem" in found) throw new CommandError(`explain: ${found.problem}`);
  const log = new WindowLog(WINDOWS_MAX);
  const { stories, books, ended } = await replay({
    sources,
    rules,
    limits: limitsOf(settings),
    observe: log.observe,
    shell,
  });
  if (ended === "aborted") return interruptedBy(shell.signal);
  const evidence: Evidence = { log, stories };
  const answer =
    found === undefined
      ? await explainStories(pick(stories, options.story), rules, evidence)
      : await explainOneRule(found.key, rules, evidence, { trace: options.trace });
  await print(answer, options, shell);
  if (0 < log.notKept) shell.stderr.say(`tapio: ${counted(log.notKept, "more window")} not looked at\n`);
  shell.stderr.say(summaryOf(books, stories));
  return ExitCode.ok;
}

async function askEngineWhy(
  url: string,
  ids: readonly string[],
  options: ExplainOptions,
  shell: Shell,
): Promise<ExitCode> {
  const [astray] = givenFlags(options, CORRELATION_KEYS);
  if (astray !== undefined) throw new CommandError(`explain: ${astray} is the engine's own matter with --url`);
  const { rule, trace, since, story } = options;
  const stories = story === undefined ? ids : [...ids, story];
  const { answer, incomplete } = await explainLive({ url, rule, trace, since, stories }, shell);
  await print(answer, options, shell);
  if (incomplete !== undefined) shell.stderr.say(`tapio: ${incomplete}\n`);
  return ExitCode.ok;
}

async function print({ stories, rules }: Answer, { output }: ExplainOptions, { stdout }: Shell): Promise<void> {
  if (output === "json") return stdout.write(`${JSON.stringify({ stories, rules }, undefined, 2)}\n`);
  const texts = [
    ...stories.map((each) => storyExplanationText(each, stdout.paint)),
    ...rules.map((each) => explanationText(each, stdout.paint)),
  ];
  await stdout.write(texts.join("\n") || "no rule found anything that it wants in these events\n");
}

function pick(stories: readonly Story[], id: string | undefined): readonly Story[] {
  if (id === undefined) return stories;
  const found = stories.filter((story) => story.id === id);
  if (found.length === 0) throw new CommandError(`explain: these events tell no story ${id}`);
  return found;
}
