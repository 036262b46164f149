import { type EpochMs, parseTime, type Stamp } from "../model/time.ts";

/** Days already converted: log lines come from the same day again and again. */
let cachedDay = "";
let cachedDayMs: EpochMs = 0;

/**
 * Reads `YYYY-MM-DDTHH:MM:SS.mmmZ` without a regular expression, and any other RFC 3339 time by
 * {@link parseTime}. The answer depends on the text alone; the cache only saves work.
 */
export function readTime(text: string): Stamp | undefined {
  if (text.length !== 24 || text.charCodeAt(10) !== 84 || text.charCodeAt(19) !== 46 || text.charCodeAt(23) !== 90) {
    return parseTime(text);
  }
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const fraction = twoDigits(text, 20) * 10 + digit(text, 22);
  if (!(hour < 24 && minute < 60 && second < 60 && 0 <= fraction)) return parseTime(text);
  const day = text.slice(0, 10);
  if (day !== cachedDay) {
    const midnight = parseTime(`${day}T00:00:00Z`);
    if (midnight === undefined) return undefined;
    cachedDay = day;
    cachedDayMs = midnight.ms;
  }
  return { ms: cachedDayMs + ((hour * 60 + minute) * 60 + second) * 1000 + fraction, precisionMs: 1 };
}

/** Two decimal digits as a number; not a number where one of them is no digit. */
function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return 0 <= value && value <= 9 ? value : Number.NaN;
}
