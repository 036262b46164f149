import { formatDuration, parseTime, type Stamp } from "../model/time.ts";
import { counted } from "./counted.ts";

/** Filters of liquidjs that templates keep; every other one is unknown to them. */
export const LIQUID_FILTERS: readonly string[] = [
  "default",
  "join",
  "first",
  "last",
  "truncate",
  "size",
  "upcase",
  "downcase",
  "map",
  "uniq",
];

/** Tags of liquidjs that templates keep: nothing that loads another template. */
export const LIQUID_TAGS: readonly string[] = ["if", "unless", "for", "case", "assign"];

/** This project's own filters, by name. None of them throws, reads a clock or asks for a locale. */
export const OWN_FILTERS: Readonly<Record<string, (value: unknown, argument: unknown) => unknown>> = {
  since: (later, earlier) => {
    const [to, from] = [stampOf(later), stampOf(earlier)];
    if (to === undefined) return `‹not a time: ${String(later)}›`;
    if (from === undefined) return `‹not a time: ${String(earlier)}›`;
    const ms = to.ms - from.ms;
    // A time in whole seconds is of any moment within its second.
    return formatDuration(ms < 0 && -ms < Math.max(to.precisionMs, from.precisionMs) ? 0 : ms);
  },
  clock: (value) => {
    const ms = stampOf(value)?.ms;
    return ms === undefined ? `‹not a time: ${String(value)}›` : new Date(ms).toISOString().slice(11, 19);
  },
  counted: (value, noun) =>
    typeof value === "number" ? counted(value, String(noun ?? "time")) : `‹not a number: ${String(value)}›`,
  duration: (value) => (typeof value === "number" ? formatDuration(value) : `‹not a number: ${String(value)}›`),
  bytes: (value) => (typeof value === "number" ? formatBytes(value) : value),
  quoted: (value, word) => quotedIn(String(value), word === undefined ? "" : String(word)),
  sentence: (value) => String(value).replace(/([^\s.!?…:;,])\s*$/u, "$1."),
};

/** The first text in double quotes, of those that follow the word where one is given: `secret "web" not found`. */
function quotedIn(text: string, word: string): string | undefined {
  let from = 0;
  for (const { 0: whole, 1: inside, index } of text.matchAll(/"([^"]*)"/g)) {
    if (text.slice(from, index).toLowerCase().includes(word.toLowerCase())) return inside;
    from = index + whole.length;
  }
  return undefined;
}

/** Writes a number of bytes as Kubernetes does: `512Mi`; one decimal where it is not whole. */
function formatBytes(bytes: number): string {
  let [amount, unit] = [bytes, 0];
  while (1024 <= Math.abs(amount) && unit < BYTE_UNITS.length - 1) [amount, unit] = [amount / 1024, unit + 1];
  return `${Math.round(amount * 10) / 10}${BYTE_UNITS[unit] ?? ""}`;
}

const BYTE_UNITS = ["", "Ki", "Mi", "Gi", "Ti", "Pi"] as const;
const DATE_MS_MAX = 8.64e15;

/** A time as a text, or in milliseconds since 1970; `undefined` for what is none. */
function stampOf(value: unknown): Stamp | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const stamp = typeof value === "number" ? { ms: value, precisionMs: 0 } : parseTime(value);
  return stamp !== undefined && Math.abs(stamp.ms) <= DATE_MS_MAX ? stamp : undefined;
}
