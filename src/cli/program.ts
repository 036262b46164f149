import { Command, Option, type OutputConfiguration } from "commander";
import { addBacktest } from "./commands/backtest.ts";
import { addBench } from "./commands/bench.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConfig } from "./commands/config.ts";
import { addDemo } from "./commands/demo.ts";
import { addEval } from "./commands/eval.ts";
import { addExplain } from "./commands/explain.ts";
import { addLint } from "./commands/lint.ts";
import { addLsp } from "./commands/lsp.ts";
import { addNew } from "./commands/new.ts";
import { addPack } from "./commands/pack.ts";
import { addRun } from "./commands/run.ts";
import { addSchema } from "./commands/schema.ts";
import { addStatus } from "./commands/status.ts";
import { addTap } from "./commands/tap.ts";
import { addTest } from "./commands/test.ts";
import { addVersion } from "./commands/version.ts";
import { COLOR_CHOICES } from "./paint.ts";
import type { RunVerb } from "./shell.ts";

const VERBS = [
  addDemo,
  addEval,
  addRun,
  addStatus,
  addLint,
  addTest,
  addExplain,
  addBacktest,
  addBench,
  addTap,
  addNew,
  addLsp,
  addPack,
  addSchema,
  addConfig,
  addCompletion,
  addVersion,
];

/** The whole command line, every verb with its options. Parsing it throws commander's errors and never exits. */
export function buildProgram(run: RunVerb, output: Pick<OutputConfiguration, "writeOut" | "writeErr">): Command {
  const program = new Command("tapio")
    .description("Rule-based correlation for Kubernetes: fifty alerts in, one root-cause story out.")
    .addOption(new Option("--color <when>", "colour what is printed").choices(COLOR_CHOICES).default("auto"))
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ ...output, outputError: () => {} })
    .helpCommand(true)
    .addHelpText(
      "after",
      "\nExit codes: 0 ok · 1 findings · 2 rules can't be loaded · 3 bad arguments, input or connection",
    );
  for (const add of VERBS) add(program, run);
  return program;
}
