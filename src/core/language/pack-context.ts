import { type FieldPath, parsePath } from "../model/path.ts";
import { type DurationMs, parseDuration } from "../model/time.ts";
import { unknownField } from "./event-fields.ts";
import type { Findings } from "./findings.ts";
import { suggest } from "./nearest.ts";
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
    const hint = "write a number and a unit: ms, s, m, h or d";
    findings.atValue(place, { code: "TAP201", message: `\`${text}\` is not a duration`, hint });
  } else if (ms <= overMs)
    findings.atValue(place, { code: "TAP201", message: `\`${String(place.at(-1))}\` must be longer than zero` });
  else return ms;
  return undefined;
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
  const hint = suggest(unknown.name, unknown.known) ?? `\`${unknown.name}\` leads nowhere`;
  report(at.place, { code: "TAP242", message, hint });
  return undefined;
}
