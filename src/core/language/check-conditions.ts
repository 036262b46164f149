import { type ConditionProblem, inspectConditions } from "../expression/condition-tree.ts";
import { parsePath } from "../model/path.ts";
import { checkConditionNegations, type StepFields } from "./check-negations.ts";
import type { DiagnosticCode } from "./codes.ts";
import { unknownField } from "./event-fields.ts";
import { suggest } from "./nearest.ts";
import type { RuleContext } from "./rule-context.ts";
import type { Place } from "./yaml-tree.ts";

const CODES_OF: Readonly<Record<ConditionProblem["kind"], DiagnosticCode>> = {
  shape: "TAP244",
  key: "TAP244",
  operator: "TAP244",
  fact: "TAP212",
  path: "TAP202",
  regex: "TAP203",
};

/** Reports what is wrong with the conditions of a rule. */
export function checkConditions(fields: StepFields, context: RuleContext): void {
  const { conditions } = context.rule;
  if (conditions === undefined) return;
  const base = [...context.place, "conditions"];
  for (const problem of inspectConditions(conditions, context.stepNames)) {
    const { kind, found, known } = problem;
    const hint = found === undefined || known === undefined ? undefined : suggest(found, known);
    const finding = { code: CODES_OF[kind], message: problem.problem, hint };
    if (problem.atKey === true) context.findings.atKey([...base, ...problem.path], finding);
    else context.findings.atValue([...base, ...problem.path], finding);
  }
  checkPaths(conditions, base, context);
  checkConditionNegations(conditions, base, fields, context.findings);
}

function checkPaths(node: unknown, place: Place, context: RuleContext): void {
  if (Array.isArray(node)) {
    for (const [at, child] of node.entries()) checkPaths(child, [...place, at], context);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const at = [...place, key];
    if (key === "path" && typeof value === "string") checkPath(value, at, context);
    else checkPaths(value, at, context);
  }
}

function checkPath(text: string, place: Place, { findings }: RuleContext): void {
  const path = parsePath(text);
  const unknown = path === undefined ? undefined : unknownField(path.segments, "step");
  if (unknown === undefined) return;
  findings.atValue(place, {
    code: "TAP242",
    message: `a bound step has no field \`${text}\``,
    hint: suggest(unknown.name, unknown.known),
  });
}
