import type { RuleSet } from "../core/model/rule.ts";
import type { PackFinding } from "../ports/pack-source.ts";
import { packsAt } from "./compose.ts";
import { ExitCode } from "./exit-code.ts";
import { CommandError } from "./failure.ts";
import type { Shell } from "./shell.ts";
import { shippedRules } from "./shipped.ts";

/** Errors printed before a load is given up; `tapio lint` has them all. */
const ERRORS_SHOWN_MAX = 20;

/**
 * Loads the rule packs at these paths, or those that ship where there is none. Throws a
 * {@link CommandError} with every error, its line and caret, where they cannot be loaded.
 */
export async function loadRules(paths: readonly string[], shell: Shell): Promise<RuleSet> {
  const from = paths.length === 0 ? [shippedRules()] : paths;
  const { rules, findings } = await packsAt(from).load({ signal: shell.signal });
  const errors = findings.filter(({ severity }) => severity === "error");
  if (0 < errors.length) throw new CommandError(refusal(errors, from), ExitCode.rules);
  const warnings = findings.length;
  if (0 < warnings)
    shell.stderr.say(`tapio: ${warnings} warning(s) about the rules; see: tapio lint ${from.join(" ")}\n`);
  return rules;
}

function refusal(errors: readonly PackFinding[], from: readonly string[]): string {
  const shown = errors.slice(0, ERRORS_SHOWN_MAX).map(({ rendered }) => `${rendered}\n`);
  const more = errors.length - shown.length;
  const all = `the rules can't be loaded: ${errors.length} error(s)${0 < more ? `, ${more} not shown` : ""}`;
  return [...shown, `${all}; see: tapio lint ${from.join(" ")}`].join("\n");
}
