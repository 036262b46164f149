import { Command, Option, type OutputConfiguration } from "commander";
import { COLOR_CHOICES } from "./paint.ts";
import type { RunVerb } from "./shell.ts";

type AddVerb = (program: Command, run: RunVerb) => void;

/** Every verb, loaded where it is asked for: most of a short command's time would go into the others. */
const VERBS: ReadonlyMap<string, () => Promise<AddVerb>> = new Map([
  ["demo", async () => (await import("./commands/demo.ts")).addDemo],
  ["eval", async () => (await import("./commands/eval.ts")).addEval],
  ["run", async () => (await import("./commands/run.ts")).addRun],
  ["status", async () => (await import("./commands/status.ts")).addStatus],
  ["lint", async () => (await import("./commands/lint.ts")).addLint],
  ["test", async () => (await import("./commands/test.ts")).addTest],
  ["explain", async () => (await import("./commands/explain.ts")).addExplain],
  ["backtest", async () => (await import("./commands/backtest.ts")).addBacktest],
  ["bench", async () => (await import("./commands/bench.ts")).addBench],
  ["tap", async () => (await import("./commands/tap.ts")).addTap],
  ["new", async () => (await import("./commands/new.ts")).addNew],
  ["lsp", async () => (await import("./commands/lsp.ts")).addLsp],
  ["pack", async () => (await import("./commands/pack.ts")).addPack],
  ["schema", async () => (await import("./commands/schema.ts")).addSchema],
  ["config", async () => (await import("./commands/config.ts")).addConfig],
  ["completion", async () => (await import("./commands/completion.ts")).addCompletion],
  ["version", async () => (await import("./commands/version.ts")).addVersion],
]);

/**
 * The command line with every verb and its options, or with the one verb alone that begins `argv`.
 * Parsing it throws commander's errors and never exits.
 */
export async function buildProgram(
  run: RunVerb,
  output: Pick<OutputConfiguration, "writeOut" | "writeErr">,
  argv: readonly string[] = [],
): Promise<Command> {
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
  const asked = VERBS.get(argv[0] ?? "");
  // A script of completions has them all.
  const wanted = asked === undefined || argv[0] === "completion" ? [...VERBS.values()] : [asked];
  for (const add of await Promise.all(wanted.map((load) => load()))) add(program, run);
  return program;
}
