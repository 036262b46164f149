import { type Command, Option } from "commander";
import { openLanguageThread } from "../compose.ts";
import { CommandError } from "../failure.ts";
import type { FromStoryOptions } from "../from-story.ts";
import type { RuleTestOptions } from "../run-rule-tests.ts";
import { addSettings, givenFlags } from "../settings-options.ts";
import type { RunVerb } from "../shell.ts";
import { FROM_STORY_KEYS } from "../stream-options.ts";

/** Forms of the report. */
const FORMATS = ["pretty", "json", "junit", "tap", "github"];

/** What takes long, or writes what is watched. */
const NOT_WATCHED = ["update", "fill", "freeze", "coverage", "strict", "mutate", "minKilled", "failFast", "fromStory"];

interface TestOptions extends RuleTestOptions, FromStoryOptions {
  readonly fromStory?: string;
}

/** Adds `test`: runs the tests of rule packs. */
export function addTest(program: Command, run: RunVerb): void {
  const command = program
    .command("test")
    .description("run rule tests (*.test.yaml), or turn a story into one")
    .argument("[path...]", "files and folders; ./rules, or the rules that ship, if left out")
    .addOption(new Option("--format <form>", "form of the report").choices(FORMATS))
    .option("--run <regex>", "only the cases whose name matches")
    .option("--fail-fast", "stop at the first case that fails")
    .option("--coverage", "say what the cases show of each rule, and what they do not")
    .option("--strict", "as --coverage, and exit with 1 where a case is missing")
    .option("--mutate", "change the rules in every small way, and list the changes that no case notices")
    .option("--min-killed <percent>", "as --mutate, and exit with 1 where fewer mutants are noticed")
    .addOption(
      new Option("--watch", "run again what changes, or whose packs or recordings do, until Ctrl-C").conflicts(
        NOT_WATCHED,
      ),
    )
    .option("--update", "write what the rules tell into the expected stories, and print what changed")
    .option("--freeze", "write down what the probes of each test tell; from then on --update renews it")
    .option("--fill", "with --update: also the fields that expected stories do not name yet")
    .addOption(
      new Option(
        "--from-story <id>",
        "write a case that this story passes, of recorded events (paths) or those of --stream",
      ).conflicts([
        "run",
        "failFast",
        "coverage",
        "strict",
        "mutate",
        "minKilled",
        "update",
        "fill",
        "freeze",
        "format",
      ]),
    )
    .option("--url <url>", "with --from-story: address of the engine that told it")
    .option("--stories <file>", "with --from-story: a file of stories that has it")
    .option(
      "--redact",
      "with --from-story: replace names, addresses and free words, as tap does (key: env TAPIO_REDACT_KEY)",
    )
    .option("--out <file>", "with --from-story: write to this new file instead of standard output");
  addSettings(command, FROM_STORY_KEYS).action((paths: string[], options: TestOptions) =>
    run(async (shell) => {
      if (options.fromStory !== undefined) {
        const { writeCase } = await import("../from-story.ts");
        return writeCase(options.fromStory, paths, options, shell);
      }
      const [astray] = [
        ...(["url", "stories", "redact", "out"] as const)
          .filter((name) => options[name] !== undefined)
          .map((name) => `--${name}`),
        ...givenFlags(options, FROM_STORY_KEYS),
      ];
      if (astray !== undefined) throw new CommandError(`test: ${astray} needs --from-story`);
      // The thread that reads tests starts while what runs them is loaded.
      await using thread = openLanguageThread();
      const { runRuleTests } = await import("../run-rule-tests.ts");
      return await runRuleTests(paths, options, { thread, shell });
    }),
  );
}
