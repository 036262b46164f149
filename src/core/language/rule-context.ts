import { suggest } from "./nearest.ts";
import type { PackContext } from "./pack-context.ts";
import type { RawRule } from "./raw-pack.ts";
import type { Place } from "./yaml-tree.ts";

/** What the parts of one rule share while they are read. */
export interface RuleContext extends PackContext {
  readonly rule: RawRule;
  /** Where the rule stands: `["rules", 3]`. */
  readonly place: Place;
  readonly stepNames: readonly string[];
}

/** What it takes to look up the names of steps. */
export type StepNames = Pick<RuleContext, "findings" | "stepNames">;

/** Where else to look for a name, and where to point. */
export interface StepSearch {
  readonly known?: readonly string[];
  /** The name inside a longer value. */
  readonly part?: string;
  /** The name is the key of the place. */
  readonly atKey?: boolean;
}

/** Reports a name that is no step of the rule; says whether it is one. */
export function isStep(name: string, place: Place, context: StepNames, more: StepSearch = {}): boolean {
  const known = more.known ?? context.stepNames;
  if (known.includes(name)) return true;
  const finding = {
    code: "TAP212",
    message: `this rule has no step \`${name}\``,
    hint: suggest(name, known),
    part: more.part,
  } as const;
  if (more.atKey === true) context.findings.atKey(place, finding);
  else context.findings.atValue(place, finding);
  return false;
}
