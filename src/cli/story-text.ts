import { counted } from "../core/expression/counted.ts";
import type { EntityRef, Severity } from "../core/model/event.ts";
import type { ChainLink, Story } from "../core/model/story.ts";
import { formatDuration, formatTime, parseTime } from "../core/model/time.ts";
import { type Colour, type Paint, plain } from "./paint.ts";
import { printable, wrap } from "./text-layout.ts";

/** How to lay a story out. */
export interface StoryLayout {
  readonly columns: number;
  readonly paint?: Paint;
}

const COLOURS: Readonly<Record<Severity, Colour>> = {
  critical: "red",
  error: "red",
  warning: "yellow",
  info: "cyan",
};

const SUMMARY_COLUMNS = 50;
const STATEMENT_COLUMNS = 33;
const DETAIL_COLUMNS_MAX = 110;
const LABEL_COLUMNS = 12;

/** A workload's trace: `derived:<cluster>/<namespace>/<kind>/<name>`. */
const WORKLOAD_TRACE = /^derived:[^/]*\/([^/]*)\/[^/]+\/(.+)$/;

/** Kinds that run: a root cause that is one of them is hit itself. */
const RUNS = new Set(["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]);

/** Writes a story for people: five lines to be read in three seconds, then the detail and what to do. */
export function renderStory(story: Story, { columns, paint = plain }: StoryLayout): string {
  const colour = COLOURS[story.severity];
  const lasted = formatDuration(Math.max(0, msOf(story.window.end) - msOf(story.window.start)));
  const mark = `${story.severity.toUpperCase()}${story.shadow === true ? " (shadow)" : ""}`;
  const summary = printable(story.summary);
  const lines = [
    `${paint(colour, `● ${mark}`)}  ${paint("bold", summary)}${" ".repeat(gap(summary, SUMMARY_COLUMNS))}` +
      `${printable(placeOf(story))}   ${story.status} ${lasted}`,
    labelled("root cause", rootCauseOf(story), paint),
    labelled("chain", printable(chainOf(story.chain)), paint),
    labelled("impact", `${impactOf(story)} · grouped ${counted(story.events.total, "event")} → 1 story`, paint),
    labelled("rule", `${story.rule.pack}/${story.rule.id}@${story.rule.version}`, paint),
    ...remarksOn(story).map((remark) => labelled("note", remark, paint)),
    ...furtherLines(story, columns, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function labelled(label: string, text: string, paint: Paint): string {
  return `  ${paint("dim", label.padEnd(LABEL_COLUMNS))}${text}`;
}

function gap(text: string, columns: number): number {
  return Math.max(0, columns - text.length) + 3;
}

function rootCauseOf({ rootCause, confidence, confidenceParts }: Story): string {
  const statement = printable(rootCause.statement);
  const share = (kinds: readonly string[]): string | undefined => {
    const parts = confidenceParts.filter(({ kind }) => kinds.includes(kind));
    return parts.length === 0 ? undefined : `${parts.filter(({ quality }) => 0 < quality).length}/${parts.length}`;
  };
  const [required, supporting] = [share(["required"]), share(["optional", "absence"])];
  const shares = [required && `${required} required`, supporting && `${supporting} supporting`].filter(Boolean);
  const clock = formatTime(msOf(rootCause.time)).slice(11, 19);
  const evidence = `evidence ${Math.round(confidence * 100)} % (${shares.join(", ")})`;
  return `${statement}${" ".repeat(gap(statement, STATEMENT_COLUMNS))}${clock}   ${evidence}`;
}

/** `memory.alloc_failed → OOMKilled +0.4s ×5 → endpoint removed +41s` */
function chainOf(links: readonly ChainLink[]): string {
  return links
    .map((link, at) => {
      const offset = at === 0 ? "" : ` +${formatDuration(Math.max(0, link.offsetMs))}`;
      return `${nameOfLink(link)}${offset}${1 < link.count ? ` ×${link.count}` : ""}`;
    })
    .join(" → ");
}

/** The reason, where Kubernetes gave one; else the type without what the entity says already. */
function nameOfLink({ type, reason, entity }: ChainLink): string {
  if (reason !== undefined) return reason.startsWith(entity.kind) ? reason.slice(entity.kind.length) || reason : reason;
  const [source, ...rest] = type.split(".");
  const [first, ...more] = rest;
  const short = source === "k8s" && 0 < more.length && first === entity.kind.toLowerCase() ? more : rest;
  // A name with underscores is an identifier and stays one; others read as words.
  const name = short.join(".");
  return (name.includes("_") ? name : name.replaceAll(".", " ")) || type;
}

function impactOf({ impact, rootCause }: Story): string {
  const hit = new Map(impact.map((entity) => [keyOf(entity), entity]));
  if (RUNS.has(rootCause.entity.kind)) hit.set(keyOf(rootCause.entity), rootCause.entity);
  const counts = new Map<string, number>();
  for (const { kind } of hit.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => counted(count, printable(kind).toLowerCase())).join(", ") || "nothing else";
}

function keyOf({ kind, namespace = "", name }: EntityRef): string {
  return `${kind} ${namespace}/${name}`;
}

/** Where it happened: the workload, as `namespace/name`, or the root cause itself. */
function placeOf({ traceId, rootCause, chain, impact }: Story): string {
  const [, namespace = "", workload] = WORKLOAD_TRACE.exec(traceId) ?? [];
  if (workload !== undefined) return pathOf({ namespace, name: workload });
  const root = rootCause.entity;
  const owns = (entity: EntityRef): boolean =>
    entity.kind !== "Pod" && entity.namespace === root.namespace && root.name.startsWith(`${entity.name}-`);
  return pathOf([...chain.map(({ entity }) => entity), ...impact].find(owns) ?? root);
}

function pathOf({ namespace = "", name }: Pick<EntityRef, "namespace" | "name">): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

function remarksOn(story: Story): string[] {
  const remarks: string[] = [];
  if (story.shadow === true) remarks.push("the rule is in shadow mode: reported here, never notified");
  if (story.truncated === true) remarks.push("the search was cut short: there may be a simpler explanation");
  if (story.incomplete !== undefined) remarks.push("the window was closed early: evidence may be missing");
  if (story.gap === true) remarks.push("the log had lost entries of that time: evidence may be missing");
  if (story.statusReason !== undefined) remarks.push(`${story.status}: ${printable(story.statusReason)}`);
  return remarks;
}

function furtherLines({ detail = "", actions, runbook }: Story, columns: number, paint: Paint): string[] {
  const width = Math.min(columns, DETAIL_COLUMNS_MAX);
  const labelledText = (label: string, text: string): string[] => {
    const [first = "", ...rest] = wrap(printable(text), width - 2 - LABEL_COLUMNS);
    return [labelled(label, first, paint), ...rest.map((line) => " ".repeat(2 + LABEL_COLUMNS) + line)];
  };
  const lines = [
    ...(detail === "" ? [] : wrap(printable(detail), width - 2).map((line) => `  ${line}`)),
    ...actions.flatMap((action) => labelledText("do", action)),
    ...(runbook === undefined ? [] : labelledText("see", runbook)),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

function msOf(time: string): number {
  return parseTime(time)?.ms ?? 0;
}
