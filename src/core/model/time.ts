/** Milliseconds since 1970-01-01T00:00:00Z; may carry a fraction, down to about a microsecond. */
export type EpochMs = number;

/** A length of time in milliseconds. */
export type DurationMs = number;

/** A point in time as written, and how finely it was written. */
export interface Stamp {
  readonly ms: EpochMs;
  /** The unit of the last digit given, in ms: 1000 for whole seconds, 1 for three digits. */
  readonly precisionMs: DurationMs;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** Reads `90s`, `1h30m`, `250ms`, `7d`; returns `undefined` where the text is not a duration. */
export function parseDuration(text: string): DurationMs | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(DURATION_PART)) {
    total += Number(amount) * (UNIT_MS[unit as string] as number);
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined;
}

/** Writes a duration for people: `0.4s`, `35s`, `2m14s`, `6m12s`, `1h30m`, `3d4h`. */
export function formatDuration(ms: DurationMs): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms === 0) return "0s";
  if (ms < 100) return `${Math.round(ms)}ms`;
  if (ms < 9_950) return `${String(Math.round(ms / 100) / 10)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  if (0 < d) return h === 0 ? `${d}d` : `${d}d${h}h`;
  if (0 < h) return m === 0 ? `${h}h` : `${h}h${m}m`;
  return s === 0 ? `${m}m` : `${m}m${s}s`;
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(Z|z|[+-]\d{2}:?\d{2})$/;

/** The day that was read last: times of one day come again and again. */
let knownDay = "";
let knownDayMs: EpochMs = 0;

/** Reads an RFC 3339 time with up to nine digits of fraction; `undefined` where it is not one. */
export function parseTime(text: string): Stamp | undefined {
  return readKnownDay(text) ?? readTime(text);
}

/** Reads `HH:MM:SS.mmmZ` and `HH:MM:SSZ` of the day that was read last; `undefined` for every other form. */
function readKnownDay(text: string): Stamp | undefined {
  const whole = text.length === 20;
  if (!(whole || (text.length === 24 && text[19] === ".")) || knownDay === "" || !text.startsWith(knownDay))
    return undefined;
  if (text[13] !== ":" || text[16] !== ":" || text[text.length - 1] !== "Z") return undefined;
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  const fraction = whole ? 0 : twoDigits(text, 20) * 10 + digit(text, 22);
  if (!(hour < 24 && minute < 60 && second < 61 && 0 <= fraction)) return undefined;
  return { ms: knownDayMs + ((hour * 60 + minute) * 60 + second) * 1000 + fraction, precisionMs: whole ? 1000 : 1 };
}

/** Two decimal digits as a number; not a number where one of them is no digit. */
function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return 0 <= value && value <= 9 ? value : Number.NaN;
}

function readTime(text: string): Stamp | undefined {
  const part = RFC3339.exec(text);
  if (part === null) return undefined;
  const [, day = "", hour, minute, second, fraction, zone = ""] = part;
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  // 30 February would be taken for 2 March.
  if (Number.isNaN(dayMs) || !formatTime(dayMs).startsWith(day)) return undefined;
  if (24 <= Number(hour) || 60 <= Number(minute) || 61 <= Number(second)) return undefined;
  if (text[10] === "T") [knownDay, knownDayMs] = [text.slice(0, 11), dayMs];
  const utc = dayMs + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  const digits = fraction?.length ?? 0;
  const fractionMs = digits === 0 ? 0 : Number(`0.${fraction}`) * 1000;
  return { ms: utc - zoneMs(zone) + Math.round(fractionMs * 1000) / 1000, precisionMs: 1000 / 10 ** digits };
}

function zoneMs(zone: string): DurationMs {
  if (zone === "Z" || zone === "z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}

/** Reads a point in time as people write it, `10m` ago or an RFC 3339 time; `undefined` where it is neither. */
export function parseWhen(text: string, nowMs: EpochMs): EpochMs | undefined {
  const agoMs = parseDuration(text);
  return agoMs === undefined ? parseTime(text)?.ms : nowMs - agoMs;
}

/** Writes a time as RFC 3339 in UTC with milliseconds. The time must be within ±8.64e15 ms. */
export function formatTime(ms: EpochMs): string {
  return new Date(Math.floor(ms)).toISOString();
}
