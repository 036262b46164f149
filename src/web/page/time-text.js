const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * A length of time in its two largest units: `2 m 29 s`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function durationText(ms) {
  const length = Math.abs(ms);
  if (length < SECOND_MS) return `${length} ms`;
  // In whole seconds from ten on, so that 59.9 s is not 60 s.
  if (length < 10 * SECOND_MS) return `${Number((length / SECOND_MS).toFixed(1))} s`;
  const whole = Math.round(length / SECOND_MS) * SECOND_MS;
  if (whole < MINUTE_MS) return `${whole / SECOND_MS} s`;
  if (whole < HOUR_MS) return inUnits(whole, [MINUTE_MS, "m"], [SECOND_MS, "s"]);
  if (whole < DAY_MS) return inUnits(whole, [HOUR_MS, "h"], [MINUTE_MS, "m"]);
  return inUnits(whole, [DAY_MS, "d"], [HOUR_MS, "h"]);
}

/**
 * @param {number} ms
 * @param {[number, string]} large
 * @param {[number, string]} small
 */
function inUnits(ms, [largeMs, largeName], [smallMs, smallName]) {
  const rest = Math.floor((ms % largeMs) / smallMs);
  return `${Math.floor(ms / largeMs)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

/**
 * How long after (or before) something else: `+15 s`, `−3 s`, `0`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function offsetText(ms) {
  if (ms === 0) return "0";
  return `${ms < 0 ? "−" : "+"}${durationText(ms)}`;
}

/**
 * How long ago: `3 min ago`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function agoText(ms) {
  if (ms < 10 * SECOND_MS) return "just now";
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s ago`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ago`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ago`;
  return `${Math.floor(ms / DAY_MS)} d ago`;
}

/** Twenty-four hours, whatever the reader's country does: logs have no AM and PM. */
const CLOCK = /** @type {const} */ ({ hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/**
 * The time of day in the reader's zone, with the date where it is another day than `nowMs`.
 *
 * @param {number} ms
 * @param {number} nowMs
 * @returns {string}
 */
export function localText(ms, nowMs) {
  const [date, today] = [new Date(ms), new Date(nowMs)];
  if (date.toDateString() === today.toDateString()) return date.toLocaleTimeString(undefined, CLOCK);
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return `${date.toLocaleDateString(undefined, { day: "numeric", month: "short", year })}, ${date.toLocaleTimeString(undefined, CLOCK)}`;
}

/**
 * In UTC, whole: `2026-03-01 10:00:00.250 UTC`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function utcText(ms) {
  return `${new Date(ms)
    .toISOString()
    .replace("T", " ")
    .replace(/(\.000)?Z$/, "")} UTC`;
}
