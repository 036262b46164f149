import type { ExplainedStep, StoryExplanation } from "../core/testing/explain-story.ts";
import type { Explanation, Failure, ReachedStep, Scope } from "../core/testing/explanation.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./text-layout.ts";

const PASSED_OVER_SHOWN = 5;
const EVENTS_SHOWN = 4;
const COLUMNS = 12;

/** Why a story was told, for people. */
export function storyExplanationText(explained: StoryExplanation, paint: Paint): string {
  const { story, revision, status, rule, summary, scope, steps, confidence } = explained;
  const lines = [
    `${paint("bold", printable(summary))}  ${paint("dim", `${story} revision ${revision}, ${status}`)}`,
    row("rule", rule, paint),
    ...(scope === undefined ? [] : [row("window", scopeWords(scope), paint)]),
    ...steps.flatMap((step) => stepLines(step, paint)),
    row("confidence", `${confidence.value} = ${confidence.sum}`, paint),
    ...confidence.parts.map((part) =>
      row("", `${part.name} (${part.kind}): ${part.weight} × ${part.quality}, ${part.because}`, paint),
    ),
    ...[...explained.superseded, ...explained.alsoMatched].map((other) =>
      row("beside it", `${other.rule}: ${other.because}`, paint),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function stepLines({ step, role, optional, events, why, passedOver }: ExplainedStep, paint: Paint): string[] {
  const [anchor, ...more] = events;
  const kind = `${optional ? "optional " : ""}${role}`;
  if (anchor === undefined)
    return [row("step", `${step} (${kind}): ${paint("yellow", "nothing")}: ${printable(why)}`, paint)];
  const { kind: of, namespace, name } = anchor.entity;
  const entity = `${of} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const along = more.slice(0, EVENTS_SHOWN).map(({ id }) => id);
  const beyond = more.length - along.length;
  return [
    row("step", `${step} (${kind}): ${printable(`${anchor.id} ${anchor.type}, ${entity}, ${anchor.time}`)}`, paint),
    row("", `why this one: ${why}`, paint),
    ...(along.length === 0
      ? []
      : [row("", printable(`with it: ${along.join(" ")}${0 < beyond ? ` and ${beyond} more` : ""}`), paint)]),
    ...passedOver
      .slice(0, PASSED_OVER_SHOWN)
      .map(({ event, why: reason }) => row("", printable(`passed over: ${event}: ${reason}`), paint)),
    ...(PASSED_OVER_SHOWN < passedOver.length
      ? [row("", `passed over: ${passedOver.length - PASSED_OVER_SHOWN} more`, paint)]
      : []),
  ];
}

/** How far a rule came, and what it failed at, for people. */
export function explanationText(
  { rule, told, toldElsewhere = [], scope, reached, failed, halfMatched }: Explanation,
  paint: Paint,
): string {
  const elsewhere = toldElsewhere.length === 0 ? "" : ` here; elsewhere it told ${toldElsewhere.join(", ")}`;
  const head = 0 < told.length ? `told ${told.join(", ")}` : `told no story${elsewhere}`;
  const lines = [
    `${paint("bold", rule)}: ${head}`,
    ...(scope === undefined ? [] : [row("window", scopeWords(scope), paint)]),
    ...(reached.length === 0 ? [] : [row("reached", reachedWords(reached), paint)]),
    ...(failed === undefined ? [] : [row("failed", failureWords(failed), paint)]),
    ...(failed?.passedOver ?? []).map((why) => row("", printable(`passed over: ${why}`), paint)),
    ...halfMatched.flatMap((half) => [
      row("also half", `${scopeWords(half.scope)}: ${reachedWords(half.reached)}`, paint),
      row("", failureWords(half.failed), paint),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function row(label: string, text: string, paint: Paint): string {
  return `  ${paint("dim", label.padEnd(COLUMNS))}${text}`;
}

function reachedWords(reached: readonly ReachedStep[]): string {
  return printable(
    reached.map(({ step, events }) => `${step} (${events.slice(0, EVENTS_SHOWN).join(" ")})`).join(", "),
  );
}

function failureWords({ step, because, detail }: Failure): string {
  return printable(`${step === undefined ? "" : `${step}: `}${because}: ${detail}`);
}

function scopeWords({ group, start, end, closedBy }: Scope): string {
  const names = Object.entries(group).map(([name, key]) => `${name === "traceId" ? "trace" : name} ${key}`);
  return printable(
    `${names.join(", ")}, ${start} to ${end}, ${closedBy === undefined ? "open" : `closed: ${closedBy}`}`,
  );
}
