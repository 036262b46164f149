import type { Command } from "commander";
import { compileRule } from "../../core/engine/compiled-rule.ts";
import { suggest } from "../../core/language/nearest.ts";
import type { RuleSet } from "../../core/model/rule.ts";
import type { Story } from "../../core/model/story.ts";
import { type Evidence, explainRule } from "../../core/testing/explain-rule.ts";
import { explainStory, type StoryExplanation } from "../../core/testing/explain-story.ts";
import type { Explanation } from "../../core/testing/explanation.ts";
import { WindowLog } from "../../core/testing/window-log.ts";
import { eventsAt } from "../compose.ts";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { explanationText, storyExplanationText } from "../explain-text.ts";
import { CommandError } from "../failure.ts";
import { apart, inputsOf } from "../inputs.ts";
import { loadRules } from "../load-rules.ts";
import { limitsOf, replay } from "../replay.ts";
import { addSettings, CORRELATION_KEYS, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { addOutputOption } from "../story-output.ts";
import { summaryOf } from "../summary.ts";

/** Windows kept for explanations; beyond, the rest of a recording is not explained, and that is said. */
const WINDOWS_MAX = 200_000;
/** Rules shown where nothing was told: those that came furthest. */
const NEAR_RULES_SHOWN = 5;

interface ExplainOptions {
  readonly output?: "text" | "json";
  readonly rules?: string[];
  readonly rule?: string;
  readonly trace?: string;
  readonly story?: string;
}

/** Adds `explain`: why stories were told, or why a rule told none. */
export function addExplain(program: Command, run: RunVerb): void {
  const command = program
    .command("explain")
    .description("say why each story was told, or why a rule told none")
    .argument("[file...]", "recorded events, as for eval; - is standard input")
    .option("--rule <rule>", "this rule, by `pack/id` or id: how far it came, and what it failed at")
    .option("--trace <trace>", "with --rule: in this trace only")
    .option("--story <id>", "this story only");
  addOutputOption(command, ["text", "json"], "form of the answer; text if left out");
  addSettings(command, CORRELATION_KEYS).action((files: string[], options: ExplainOptions) =>
    run((shell) => explain(files, options, shell)),
  );
}

async function explain(files: readonly string[], options: ExplainOptions, shell: Shell): Promise<ExitCode> {
  if (options.trace !== undefined && options.rule === undefined)
    throw new CommandError("explain: --trace needs --rule");
  const { paths, rules: named } = apart(files, options.rules);
  const flags = named === undefined ? options : { ...options, rules: named };
  const { settings } = await readSettings(flags, CORRELATION_KEYS, shell);
  const sources = inputsOf(paths, "explain", shell).map((path) => eventsAt(path, shell.stdin));
  const rules = await loadRules(settings.rules, shell);
  const key = options.rule === undefined ? undefined : ruleKey(options.rule, rules);
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
    key === undefined
      ? await ofStories(pick(stories, options.story), rules, evidence)
      : { stories: [], rules: [await ofRule(key, rules, evidence, options.trace)] };
  await print(answer, options, shell);
  if (0 < log.notKept) shell.stderr.say(`tapio: ${log.notKept} window(s) more were not looked at\n`);
  shell.stderr.say(summaryOf(books, stories));
  return ExitCode.ok;
}

interface Answer {
  readonly stories: readonly StoryExplanation[];
  readonly rules: readonly Explanation[];
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

/** Where nothing was told, the rules that came furthest. */
async function ofStories(stories: readonly Story[], rules: RuleSet, evidence: Evidence): Promise<Answer> {
  const explained: StoryExplanation[] = [];
  for (const story of stories) {
    const index = rules.rules.findIndex(({ key }) => key === `${story.rule.pack}/${story.rule.id}`);
    const rule = rules.rules[index];
    if (rule !== undefined) explained.push(await explainStory(story, compileRule(rule, index), evidence));
  }
  if (0 < stories.length) return { stories: explained, rules: [] };
  const near: Explanation[] = [];
  for (const { key } of rules.rules) near.push(await ofRule(key, rules, evidence));
  const reached = near.filter((each) => 0 < each.reached.length).sort((a, b) => b.reached.length - a.reached.length);
  return { stories: [], rules: reached.slice(0, NEAR_RULES_SHOWN) };
}

function ofRule(key: string, rules: RuleSet, evidence: Evidence, trace?: string): Promise<Explanation> {
  const index = rules.rules.findIndex((each) => each.key === key);
  const rule = rules.rules[index];
  if (rule === undefined) throw new CommandError(`explain: there is no rule ${key}`);
  return explainRule(compileRule(rule, index), evidence, trace);
}

function ruleKey(written: string, { rules }: RuleSet): string {
  const found = rules.filter(({ key, id }) => key === written || id === written);
  const [only, other] = found.map(({ key }) => key);
  if (only !== undefined && other === undefined) return only;
  if (only !== undefined)
    throw new CommandError(`explain: --rule ${written} may be ${found.map(({ key }) => key).join(" or ")}`);
  const hint = suggest(written, new Set(rules.flatMap(({ key, id }) => [key, id])));
  throw new CommandError(`explain: there is no rule ${written}${hint === undefined ? "" : `; ${hint}`}`);
}
