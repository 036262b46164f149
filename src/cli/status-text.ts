import { counted } from "../core/expression/counted.ts";
import { formatDuration, parseTime } from "../core/model/time.ts";
import type { SinkStatus } from "../service/sink-queue.ts";
import type { Status } from "../service/status.ts";
import type { Colour, Paint } from "./paint.ts";
import { printable, table } from "./text-layout.ts";

/** What `/api/v1/status` answers: before the engine runs, only that it is not ready, and why. */
export type ServiceStatus = { readonly status: string; readonly reason?: string | undefined } & Partial<Status>;

const COLOURS: Readonly<Record<string, Colour>> = { ready: "green", degraded: "yellow" };
const LABEL_COLUMNS = 12;
const MIB = 1_048_576;
/** Of a digest, as of a commit, the beginning tells enough. */
const DIGEST_CHARS = 12;

/** What of an engine's state needs a person, one sentence each. */
export function troublesOf({ status, reason = "no reason given", books, sinks = [], rules }: ServiceStatus): string[] {
  const [, ...more] = rules?.problems ?? [];
  return [
    ...(status === "ready" ? [] : [`${status}: ${reason}`, ...more]),
    ...(books?.balanced === false ? ["the books do not balance: this is a bug in tapio"] : []),
    ...sinks.filter(({ breaker }) => breaker !== "closed").map(({ name }) => `the sink ${name} does not answer`),
  ];
}

/** Writes an engine's state for people: a line each for what it reads, holds, told, and sends. */
export function renderStatus(status: ServiceStatus, url: string, paint: Paint): string {
  const { time, startedAt, version } = status;
  const upMs = msOf(time) - msOf(startedAt);
  const lines = [
    `${paint(COLOURS[status.status] ?? "red", `● ${status.status.toUpperCase()}`)}  ` +
      [...(version === undefined ? [] : [`tapio ${version}`, `up ${formatDuration(upMs)}`]), url].join("   "),
    ...factsOf(status).map(([label, text]) => labelled(label, text, paint)),
    ...packLines(status).map((text, at) => labelled(at === 0 ? "packs" : "", text, paint)),
    ...sinkLines(status).map((text, at) => labelled(at === 0 ? "sinks" : "", text, paint)),
    ...troublesOf(status).map((trouble) => `  ${paint("red", "!".padEnd(LABEL_COLUMNS))}${printable(trouble)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function factsOf({ log, checkpoint, windows, books, events, stories }: ServiceStatus): [string, string][] {
  return [
    ...(log === undefined ? [] : [["log", logOf(log)] satisfies [string, string]]),
    [
      "checkpoint",
      checkpoint === undefined ? "none yet" : `${ago(checkpoint.ageMs)}, at ${figure(checkpoint.position)}`,
    ],
    ...(windows === undefined ? [] : [["windows", windowsOf(windows)] satisfies [string, string]]),
    ...(books === undefined ? [] : [["books", booksOf(books)] satisfies [string, string]]),
    ...(events === undefined ? [] : [["events", eventsOf(events)] satisfies [string, string]]),
    ...(stories === undefined ? [] : [["stories", storiesOf(stories)] satisfies [string, string]]),
  ];
}

/** A log that says how much waits is behind by that; another one by the age of its last entry. */
function logOf({ name, position, behindMs, pending, gaps, lost, wentBack }: NonNullable<Status["log"]>): string {
  const waiting = pending === undefined ? [] : [pending === 0 ? "no lag" : `lag ${figure(pending)} entries`];
  const age = behindMs === undefined ? [] : [`last entry ${ago(behindMs)}`];
  const missing = gaps === 0 ? [] : [`up to ${figure(lost)} lost in ${counted(gaps, "gap")}`];
  const back = wentBack === 0 ? [] : [`went back ${counted(wentBack, "time")}`];
  const place = `${printable(name)}${position === undefined ? "" : ` at ${figure(position)}`}`;
  return [place, ...waiting, ...age, ...missing, ...back].join(" · ");
}

function windowsOf({ open, evicted }: Status["windows"]): string {
  const early = evicted === 0 ? [] : [`${figure(evicted)} closed early`];
  const held = `about ${(open.bytes / MIB).toFixed(1)} MiB`;
  return [`${figure(open.traces)} traces and ${figure(open.groups)} groups open`, held, ...early].join(" · ");
}

function booksOf({ in: read, used, filtered, unknown, deadLettered, balanced }: Status["books"]): string {
  const others = sum(unknown);
  const parts = [
    `${figure(used)} used`,
    `${figure(sum(filtered))} filtered`,
    ...(others === 0 ? [] : [`${figure(others)} of unknown shape`]),
    `${figure(deadLettered)} dead-lettered`,
  ];
  return `${figure(read)} in = ${parts.join(" + ")} · ${balanced ? "balanced" : "NOT BALANCED"}`;
}

function eventsOf({ total, late, duplicates, dropped, skewed, old }: Status["events"]): string {
  const parts = {
    late,
    twice: duplicates,
    "dropped: their windows were full": dropped,
    "with a wrong clock": skewed,
    "more than a day old": old,
  };
  const some = Object.entries(parts).filter(([, count]) => 0 < count);
  return [figure(total), ...some.map(([what, count]) => `${figure(count)} ${what}`)].join(" · ");
}

function storiesOf({ told, revised, resolved, retracted, heldBack }: Status["stories"]): string {
  const parts = { told, revised, resolved, retracted, "kept from notifiers: a flood": heldBack };
  const some = Object.entries(parts).filter(([what, count]) => what === "told" || 0 < count);
  return some.map(([what, count]) => `${figure(count)} ${what}`).join(" · ");
}

function packLines({ rules }: ServiceStatus): string[] {
  const rows = (rules?.packs ?? []).map(({ name, version, digest, commit, rules: own }) => [
    printable(`${name}@${version}`),
    counted(own, "rule"),
    digest.replace(/^sha256:/, "").slice(0, DIGEST_CHARS),
    commit === undefined ? "" : `commit ${printable(commit)}`,
  ]);
  return linesOf(rows);
}

function sinkLines({ sinks = [] }: ServiceStatus): string[] {
  return linesOf(
    sinks.map((sink) => [
      printable(sink.name),
      wordOn(sink),
      `${figure(sink.waiting)} waiting`,
      `${figure(sink.delivered)} delivered`,
      `${figure(sink.buried)} dead-lettered`,
    ]),
  );
}

function wordOn({ breaker, failures }: SinkStatus): string {
  if (breaker !== "closed") return `BREAKER ${breaker.toUpperCase()}`;
  return failures === 0 ? "ok" : `ok, ${counted(failures, "failure")} before`;
}

function linesOf(rows: readonly (readonly string[])[]): string[] {
  return table(rows).split("\n").slice(0, -1);
}

function labelled(label: string, text: string, paint: Paint): string {
  return `  ${paint("dim", label.padEnd(LABEL_COLUMNS))}${text}`;
}

function figure(count: number): string {
  return count.toLocaleString("en");
}

function ago(ms: number): string {
  return `${formatDuration(ms)} ago`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function msOf(time: string | undefined): number {
  return parseTime(time ?? "")?.ms ?? 0;
}
