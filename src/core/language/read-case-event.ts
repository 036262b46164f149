import { isRecord } from "../expression/read-path.ts";
import { type EpochMs, formatTime, parseDuration, parseTime } from "../model/time.ts";
import type { Findings } from "./findings.ts";
import { suggest } from "./nearest.ts";
import type { RawCaseEvent, RawEventFields } from "./raw-rule-test.ts";
import type { CaseEvent } from "./rule-test-file.ts";
import { keySpan, type Place, type YamlNode } from "./yaml-tree.ts";

/** What the events of one test file share. */
export interface EventContext {
  readonly root: YamlNode;
  readonly findings: Findings;
  readonly startMs: EpochMs;
  readonly templates: Readonly<Record<string, RawEventFields>>;
}

/** Reads one event of a case: its template merged in, its time made absolute. Reports what is wrong. */
export function readCaseEvent(raw: RawCaseEvent, place: Place, context: EventContext): CaseEvent {
  const { findings, templates, startMs, root } = context;
  const { id, at, arrives, use, ...own } = raw;
  const base = use !== undefined && Object.hasOwn(templates, use) ? templates[use] : undefined;
  if (use !== undefined && base === undefined) {
    const hint = suggest(use, Object.keys(templates)) ?? "name it under `templates`";
    findings.atValue([...place, "use"], {
      code: "TAP301",
      message: `there is no template \`${use}\` in this file`,
      hint,
    });
  }
  const fields = merge(base ?? {}, own);
  const atMs = readTime(fields["time"], at, place, context);
  const arrivesMs =
    arrives === undefined ? undefined : startMs + (readOffset(arrives, [...place, "arrives"], findings) ?? 0);
  if (use === undefined || base !== undefined) checkWhole(fields, place, findings);
  const name = id ?? `e${Number(place.at(-1)) + 1}`;
  const time = typeof fields["time"] === "string" ? fields["time"] : formatTime(atMs);
  return { id: name, atMs, arrivesMs, use, event: { id: name, ...fields, time }, span: keySpan(root, place) };
}

/** Reads a signed duration from the start of a test; reports it where it is none. */
export function readOffset(text: string, place: Place, findings: Findings): number | undefined {
  const ms = parseDuration(text.replace(/^[+-]/, ""));
  const hint = "write a duration from the start, such as `40s` or `-5s`";
  if (ms === undefined)
    findings.atValue(place, { code: "TAP303", message: `\`${text}\` is not a time from the start`, hint });
  return ms === undefined ? undefined : text.startsWith("-") ? -ms : ms;
}

function readTime(time: unknown, at: string | undefined, place: Place, { findings, startMs }: EventContext): EpochMs {
  if (typeof time === "string") {
    const stamp = parseTime(time);
    if (stamp === undefined)
      findings.atValue([...place, "time"], { code: "TAP303", message: `\`${time}\` is not an RFC 3339 time` });
    return stamp?.ms ?? startMs;
  }
  if (at !== undefined) return startMs + (readOffset(at, [...place, "at"], findings) ?? 0);
  findings.atKey(place, { code: "TAP306", message: "this event has no time", hint: "add `at`, such as `at: 40s`" });
  return startMs;
}

/** Maps (entity, actor, attributes) are merged field by field; anything else is replaced. */
function merge(base: RawEventFields, own: RawEventFields): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const before = merged[key];
    merged[key] = isRecord(before) && isRecord(value) ? { ...before, ...value } : value;
  }
  return merged;
}

function checkWhole(fields: RawEventFields, place: Place, findings: Findings): void {
  const entity = isRecord(fields["entity"]) ? fields["entity"] : {};
  const there: readonly (readonly [string, unknown])[] = [
    ["source", fields["source"]],
    ["type", fields["type"]],
    ["entity.kind", entity["kind"]],
    ["entity.name", entity["name"]],
  ];
  const missing = there.filter(([, value]) => value === undefined).map(([name]) => `\`${name}\``);
  if (missing.length === 0) return;
  findings.atKey(place, {
    code: "TAP306",
    message: `this event has no ${missing.join(" and no ")}`,
    hint: "add it here or to its template",
  });
}
