import { isRecord } from "../core/expression/read-path.ts";
import { canonicalJson } from "../core/model/hash.ts";
import { printable } from "./text-layout.ts";

/** A field of a story or of a rule that is not as it was. */
interface ValueChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One field that changed, in words: what it no longer says, and what it says now. */
export interface ShownChange {
  readonly path: string;
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/** Lists and texts may be long, and what differs is mostly near their beginning. */
const PARTS_MAX = 5;
const PART_LENGTH_MAX = 400;
const IDS_SHOWN = 3;

/** A changed field in words. Of lists only what differs is shown. */
export function shownChange({ path, before, after }: ValueChange): ShownChange {
  const [was, is] = [partsOf(path, before), partsOf(path, after)];
  const gone = was.filter((part) => !is.includes(part));
  const come = is.filter((part) => !was.includes(part));
  // The same parts in another order.
  const [left, right] = gone.length + come.length === 0 ? [was, is] : [gone, come];
  return { path: NAMES[path] ?? path, gone: shortened(left), come: shortened(right) };
}

/** `severity: error → warning`, `impact: − Pod shop/a, + Pod shop/b` */
export function changeText({ path, gone, come }: ShownChange): string {
  const [was, is] = [gone[0], come[0]];
  if (gone.length === 1 && come.length === 1) return `${path}: ${was} → ${is}`;
  return `${path}: ${[...gone.map((part) => `− ${part}`), ...come.map((part) => `+ ${part}`)].join(", ")}`;
}

/** A text in one line of at most so many characters, with a mark where it was cut. */
export function clipped(text: string, lengthMax: number): string {
  const line = printable(text);
  return line.length <= lengthMax ? line : `${[...line.slice(0, lengthMax)].slice(0, -1).join("")}…`;
}

const NAMES: Readonly<Record<string, string>> = { rootCause: "root cause", bound: "evidence" };

function partsOf(path: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (path === "confidence" && typeof value === "number") return [`${Math.round(value * 10_000) / 100} %`];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.map((each: unknown) => nameOf(each));
  if (path === "bound" && isRecord(value))
    return Object.entries(value).map(([step, ids]) => evidenceText(step, Array.isArray(ids) ? ids : []));
  return [nameOf(value)];
}

function nameOf(value: unknown): string {
  if (!isRecord(value)) return typeof value === "string" ? value : canonicalJson(value);
  const { entity, time, kind, namespace, name } = value;
  if (isRecord(entity)) return `${nameOf(entity)} at ${String(time)}`;
  if (typeof kind !== "string") return canonicalJson(value);
  return `${kind} ${namespace === undefined ? "" : `${String(namespace)}/`}${String(name)}`;
}

function evidenceText(step: string, ids: readonly unknown[]): string {
  const shown = ids.slice(0, IDS_SHOWN).join(", ");
  return `${step} by ${ids.length} (${shown}${IDS_SHOWN < ids.length ? ", …" : ""})`;
}

function shortened(parts: readonly string[]): string[] {
  const shown = parts.slice(0, PARTS_MAX).map((part) => clipped(part, PART_LENGTH_MAX));
  return parts.length <= PARTS_MAX ? shown : [...shown, `${parts.length - PARTS_MAX} more`];
}
