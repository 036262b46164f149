import { html } from "./html.js";
import { agoText, localText, utcText } from "./time-text.js";

/**
 * A moment in the reader's zone, with UTC where the pointer rests on it; the date is left out where it
 * is the same day as `nowMs`.
 *
 * @param {{ time: string, nowMs: number, ago?: boolean }} props
 */
export function When({ time, nowMs, ago = false }) {
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return html`<span>${time}</span>`;
  const text = localText(ms, nowMs);
  return html`<time datetime=${time} title=${utcText(ms)}>${text}${ago ? ` · ${agoText(nowMs - ms)}` : ""}</time>`;
}
