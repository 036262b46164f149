import { mayBeMissing } from "./event-fields.ts";
import type { Findings } from "./findings.ts";
import type { RawWhere } from "./raw-pack.ts";
import type { Place } from "./yaml-tree.ts";

const NEGATIVE = new Set(["notEqual", "notIn", "doesNotContain"]);

/** Warns of negative tests over fields that some events don't have, unless `exists` is asked as well. */
export function checkNegations(where: RawWhere, place: Place, findings: Findings): void {
  const asked = new Set<string>();
  collectExists(where, asked);
  walk(where, place, { negated: false, asked, findings });
}

interface Walk {
  readonly negated: boolean;
  readonly asked: ReadonlySet<string>;
  readonly findings: Findings;
}

function walk(where: RawWhere, place: Place, state: Walk): void {
  for (const [key, value] of Object.entries(where)) {
    const at = [...place, key];
    if (key === "all" || key === "any") {
      for (const [index, each] of (value as readonly RawWhere[]).entries()) walk(each, [...at, index], state);
    } else if (key === "not") walk(value as RawWhere, at, { ...state, negated: !state.negated });
    else if (mayBeMissing(key) && !state.asked.has(key)) warn(key, value, at, state);
  }
}

function warn(path: string, test: unknown, place: Place, { negated, findings }: Walk): void {
  const isMap = typeof test === "object" && test !== null && !Array.isArray(test);
  const operators = isMap ? Object.keys(test) : ["equal"];
  const negative = operators.find((operator) => NEGATIVE.has(operator) !== negated);
  if (negative === undefined) return;
  findings.atKey(isMap ? [...place, negative] : place, {
    code: "TAP209",
    message: `events without \`${path}\` do not pass this negative test`,
    hint: `if they should, use \`any\` with \`${path}: { exists: false }\`; if not, add \`exists: true\` beside it`,
  });
}

function collectExists(where: RawWhere, asked: Set<string>): void {
  for (const [key, value] of Object.entries(where)) {
    if (key === "all" || key === "any") for (const each of value as readonly RawWhere[]) collectExists(each, asked);
    else if (key === "not") collectExists(value as RawWhere, asked);
    else if (typeof value === "object" && Object.hasOwn(value, "exists")) asked.add(key);
  }
}
