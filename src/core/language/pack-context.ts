import { type FieldPath, parsePath } from "../model/path.ts";
import { type DurationMs, parseDuration } from "../model/time.ts";
import { fieldHint, unknownField } from "./event-fields.ts";
import type { Findings } from "./findings.ts";
import type { RawPack } from "./raw-pack.ts";
import type { Place } from "./yaml-tree.ts";

/** What the parts of one pack share while they are read. */
export interface PackContext {
  readonly pack: RawPack;
  readonly findings: Findings;
  readonly usedLists: Set<string>;
  readonly usedPatterns: Set<string>;
}

/** What field tests need of the file that they stand in. */
export type WhereContext = Pick<PackContext, "findings" | "usedLists"> & { readonly pack: Pick<RawPack, "lists"> };

/** Reads a duration; reports it and gives `undefined` where it is none, or not longer than `overMs`. */
export function readDuration(
  text: string | undefined,
  place: Place,
  findings: Findings,
  overMs = -1,
): DurationMs | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined) {
    const hint = durationHint(text);
    findings.atValue(place, { code: "TAP201", message: `\`${text}\` is not a duration`, hint });
  } else if (ms <= overMs)
    findings.atValue(place, { code: "TAP201", message: `\`${String(place.at(-1))}\` must be longer than zero` });
  else return ms;
  return undefined;
}

const UNITS: Readonly<Record<string, string>> = { s: "s", m: "m", h: "h", d: "d" };

/** `5 min` and `30seconds` are plain enough to say how they are written here. */
function durationHint(text: string): string {
  const [, amount, word = ""] = /^\s*(\d+)\s*([a-z]+?)s?\s*$/i.exec(text) ?? [];
  const unit = /^(ms|msec|milli)/i.test(word) ? "ms" : (UNITS[word.charAt(0).toLowerCase()] ?? "s");
  if (amount !== undefined && word !== "mo" && !/^month/i.test(word)) return `write \`${amount}${unit}\``;
  return "write a number and a unit: ms, s, m, h or d";
}

/** Reads a field path of events or of bound steps; reports it where it is none or leads nowhere. */
export function readFieldPath(
  text: string,
  at: { place: Place; of: "event" | "step"; key?: boolean },
  findings: Findings,
): FieldPath | undefined {
  const path = parsePath(text);
  const report = at.key === true ? findings.atKey.bind(findings) : findings.atValue.bind(findings);
  if (path === undefined) {
    report(at.place, { code: "TAP202", message: `\`${text}\` is not a field path` });
    return undefined;
  }
  const unknown = unknownField(path.segments, at.of);
  if (unknown === undefined) return path;
  const message = `${at.of === "event" ? "events have" : "a bound step has"} no field \`${text}\``;
  const hint = fieldHint(unknown, text) ?? `\`${unknown.name}\` leads nowhere`;
  report(at.place, { code: "TAP242", message, hint });
  return undefined;
}
