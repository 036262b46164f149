import { inspectTemplate, type TemplateName } from "../expression/inspect-template.ts";
import { LIQUID_FILTERS, LIQUID_TAGS, OWN_FILTERS } from "../expression/template-filters.ts";
import { parsePath } from "../model/path.ts";
import { fieldHint, unknownField } from "./event-fields.ts";
import { suggest } from "./nearest.ts";
import { isStep, type RuleContext } from "./rule-context.ts";
import type { Place } from "./yaml-tree.ts";

/** Reports what is wrong with the templates of a rule's story. */
export function checkStory(context: RuleContext): void {
  const { story } = context.rule;
  const place = [...context.place, "story"];
  checkTemplate(story.summary, [...place, "summary"], context);
  if (story.detail !== undefined) checkTemplate(story.detail, [...place, "detail"], context);
  if (story.runbook !== undefined) checkTemplate(story.runbook, [...place, "runbook"], context);
  for (const [at, action] of (story.actions ?? []).entries()) checkTemplate(action, [...place, "actions", at], context);
}

function checkTemplate(text: string, place: Place, context: RuleContext): void {
  const { problem, offset, names } = inspectTemplate(text);
  if (problem !== undefined) {
    const part = offset === undefined ? undefined : text.slice(offset).split(/\s/, 3).join(" ");
    const message = `this template can't be read: ${problem}`;
    context.findings.atValue(place, { code: "TAP241", message, part, hint: templateHint(problem) });
    return;
  }
  for (const name of names) checkName(name, text.slice(name.offset, name.end), place, context);
}

/** What to do about a problem of syntax, in liquidjs's words. */
function templateHint(problem: string): string | undefined {
  const [, filter] = /^undefined filter: (.*)$/.exec(problem) ?? [];
  if (filter !== undefined) return suggest(filter, [...LIQUID_FILTERS, ...Object.keys(OWN_FILTERS)].sort());
  const [, unknown] = /^tag "(.*)" not found$/.exec(problem) ?? [];
  if (unknown !== undefined) return suggest(unknown, LIQUID_TAGS);
  if (!problem.endsWith("not closed")) return undefined;
  if (problem.startsWith("output")) return "close it with `}}`";
  const [, tag] = /^tag "?\{%-?\s*(if|unless|for|case)\b.*%\}/s.exec(problem) ?? [];
  return tag === undefined ? "close it with `%}`" : `close it with \`{% end${tag} %}\``;
}

function checkName(
  { root, path, optionalGuard, asked }: TemplateName,
  written: string,
  place: Place,
  context: RuleContext,
): void {
  const { findings } = context;
  if (!isStep(root, place, context, { part: written })) return;
  const step = context.rule.steps.find(({ as }) => as === root);
  if (path === "" && !asked) {
    const hint = `name a field of it, such as \`${root}.entity.name\``;
    findings.atValue(place, {
      code: "TAP242",
      message: `\`${root}\` is a step, not a text`,
      hint,
      part: written,
    });
    return;
  }
  const segments = parsePath(path)?.segments ?? [];
  const unknown = unknownField(segments, "step") ?? pluralOf(path, asked);
  if (unknown !== undefined && path !== "" && !path.endsWith(".size")) {
    const hint = fieldHint(unknown, path);
    findings.atValue(place, { code: "TAP242", message: `a bound step has no field \`${path}\``, hint, part: written });
  } else if (step?.optional === true && !optionalGuard) {
    const hint = `put it inside \`{% if ${root} %}\`, or give it a \`default\``;
    findings.atValue(place, {
      code: "TAP243",
      message: `\`${root}\` is optional and may not be there`,
      hint,
      part: written,
    });
  }
}

/** A group of fields printed as a whole would print nothing that can be read. */
function pluralOf(path: string, asked: boolean): { name: string; known: readonly string[] } | undefined {
  if (asked || (path !== "entity" && path !== "first" && path !== "last")) return undefined;
  return { name: "", known: [`${path}.${path === "entity" ? "name" : "time"}`] };
}
