import type { Command } from "commander";
import { eventsAt } from "../compose.ts";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { apart, inputsOf } from "../inputs.ts";
import { loadRules } from "../load-rules.ts";
import { limitsOf, replay } from "../replay.ts";
import { addSettings, CORRELATION_KEYS, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { addOutputOption, formFor, OUTPUT_FORMS, type OutputForm, writeStories } from "../story-output.ts";
import { noStoryLine, statsOf, summaryOf } from "../summary.ts";

interface EvalOptions {
  readonly output?: OutputForm;
  readonly rules?: string[];
  readonly failOnStory?: boolean;
  readonly stats?: boolean;
}

/** Adds `eval`: reads files or standard input once and prints the stories in them. */
export function addEval(program: Command, run: RunVerb): void {
  const command = program
    .command("eval")
    .description("read events from files or standard input, and print their stories")
    .argument("[file...]", "NDJSON, JSON arrays, what `kubectl get … -o json` prints; - is standard input")
    .option("--fail-on-story", "exit with 1 if a story is told")
    .option("--stats", "say how many events came to how many stories");
  addOutputOption(command, OUTPUT_FORMS, "form of the stories; text on a terminal, ndjson in a pipe");
  addSettings(command, CORRELATION_KEYS).action((files: string[], options: EvalOptions) =>
    run((shell) => evaluate(files, options, shell)),
  );
}

async function evaluate(files: readonly string[], options: EvalOptions, shell: Shell): Promise<ExitCode> {
  const { paths, rules: named } = apart(files, options.rules);
  const flags = named === undefined ? options : { ...options, rules: named };
  const { settings } = await readSettings(flags, CORRELATION_KEYS, shell);
  const sources = inputsOf(paths, "eval", shell).map((path) => eventsAt(path, shell.stdin));
  const rules = await loadRules(settings.rules, shell);
  const { stories, books, counters, ended } = await replay({ sources, rules, limits: limitsOf(settings), shell });
  const form = formFor(shell.stdout, options.output);
  await writeStories(stories, form, shell.stdout);
  if (stories.length === 0 && ended === "end") shell.stderr.say(noStoryLine(books, counters));
  shell.stderr.say(summaryOf(books, stories));
  if (options.stats === true) shell.stderr.say(statsOf(counters, stories));
  if (ended === "aborted") {
    shell.stderr.say("tapio: interrupted before the end of the input\n");
    return interruptedBy(shell.signal);
  }
  if (0 < books.entries && books.rejected === books.entries) {
    shell.stderr.say("tapio: nothing in the input can be read; events are JSON: kubectl get events -A -o json\n");
    return ExitCode.usage;
  }
  const notified = stories.some(({ shadow }) => shadow !== true);
  return options.failOnStory === true && notified ? ExitCode.findings : ExitCode.ok;
}
