import type { PayloadBlock } from "../model/payload.ts";
import { type EpochMs, parseTime } from "../model/time.ts";

/** The day that was read last: messages come from the same day again and again. */
let cachedDay = "";
let cachedDayMs: EpochMs = 0;

/**
 * Reads `YYYY-MM-DDTHH:MM:SS.mmmZ` from bytes without a string or a regular expression, and any other
 * RFC 3339 time by {@link parseTime}. The answer depends on the bytes alone; the cache only saves work.
 */
export function readMs(block: PayloadBlock, from: number, to: number): EpochMs | undefined {
  return readMilliseconds(block, from, to) ?? parseTime(block.ascii(from, to))?.ms;
}

/** Reads the one form that is fast to read; `undefined` for every other. */
function readMilliseconds(block: PayloadBlock, from: number, to: number): EpochMs | undefined {
  const { bytes } = block;
  if (to - from !== 24 || !isShaped(bytes, from)) return undefined;
  const hour = twoDigits(bytes, from + 11);
  const minute = twoDigits(bytes, from + 14);
  const second = twoDigits(bytes, from + 17);
  const fraction = twoDigits(bytes, from + 20) * 10 + digit(bytes, from + 22);
  if (!(hour < 24 && minute < 60 && second < 60 && 0 <= fraction)) return undefined;
  if (!isCachedDay(bytes, from)) {
    const day = block.ascii(from, from + 10);
    const midnight = parseTime(`${day}T00:00:00Z`);
    if (midnight === undefined) return undefined;
    cachedDay = day;
    cachedDayMs = midnight.ms;
  }
  return cachedDayMs + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

/** Whether the signs between the numbers stand where they have to. */
function isShaped(bytes: Uint8Array, from: number): boolean {
  const [t, colon, dot, z] = [84, 58, 46, 90];
  return (
    bytes[from + 10] === t &&
    bytes[from + 13] === colon &&
    bytes[from + 16] === colon &&
    bytes[from + 19] === dot &&
    bytes[from + 23] === z
  );
}

function isCachedDay(bytes: Uint8Array, from: number): boolean {
  // The day of the month changes first.
  for (let at = cachedDay.length - 1; 0 <= at; at--) {
    if (bytes[from + at] !== cachedDay.charCodeAt(at)) return false;
  }
  return cachedDay !== "";
}

/** Two decimal digits as a number; not a number where one of them is no digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  return digit(bytes, at) * 10 + digit(bytes, at + 1);
}

function digit(bytes: Uint8Array, at: number): number {
  const value = (bytes[at] as number) - 48;
  return 0 <= value && value <= 9 ? value : Number.NaN;
}
