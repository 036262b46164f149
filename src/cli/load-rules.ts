import { counted } from "../core/expression/counted.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { PackFinding } from "../ports/pack-source.ts";
import { packsAt } from "./compose.ts";
import { ExitCode } from "./exit-code.ts";
import { CommandError } from "./failure.ts";
import type { Shell } from "./shell.ts";
import { shippedRules } from "./shipped.ts";

/** Errors printed before a load is given up; `tapio lint` has them all. */
const ERRORS_SHOWN_MAX = 20;

/** What rules are called that were brought here from elsewhere. */
export interface RulesElsewhere {
  readonly name: string;
  /** A text about files that are here, with the names that they have there. */
  readonly named: (text: string) => string;
}

/**
 * Loads the rule packs at these paths, or those that ship where there is none. Throws a
 * {@link CommandError} with every error, its line and caret, where they cannot be loaded.
 */
export async function loadRules(paths: readonly string[], shell: Shell, elsewhere?: RulesElsewhere): Promise<RuleSet> {
  const from = paths.length === 0 ? [shippedRules()] : paths;
  const { rules, findings } = await packsAt(from).load({ signal: shell.signal });
  const errors = findings.filter(({ severity }) => severity === "error");
  if (0 < errors.length) throw new CommandError(refusal(errors, from, elsewhere), ExitCode.rules);
  // Those of rules elsewhere are of no help here: they are what they are.
  if (0 < findings.length && elsewhere === undefined)
    shell.stderr.say(
      `tapio: ${counted(findings.length, "warning")} about the rules; see: tapio lint ${from.join(" ")}\n`,
    );
  return rules;
}

function refusal(errors: readonly PackFinding[], from: readonly string[], elsewhere?: RulesElsewhere): string {
  const shown = errors.slice(0, ERRORS_SHOWN_MAX).map(({ rendered }) => `${rendered}\n`);
  const more = errors.length - shown.length;
  const count = `${counted(errors.length, "error")}${0 < more ? `, ${more} not shown` : ""}`;
  if (elsewhere !== undefined)
    return [...shown.map(elsewhere.named), `the rules of ${elsewhere.name} can't be loaded: ${count}`].join("\n");
  return [...shown, `the rules can't be loaded: ${count}; see: tapio lint ${from.join(" ")}`].join("\n");
}
