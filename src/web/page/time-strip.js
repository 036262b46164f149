import { html } from "./html.js";
import { durationText, offsetText } from "./time-text.js";
import { counted } from "./words.js";

/** @import { Story } from "../../core/model/story.ts" */

const WIDTH = 1_000;

/**
 * All events of the story on one line of time, true to scale.
 *
 * @param {{ story: Story }} props
 */
export function TimeStrip({ story: { timeline, chain, rootCause } }) {
  const causeMs = Date.parse(rootCause.time);
  const times = timeline.map(({ time }) => Date.parse(time)).filter((ms) => !Number.isNaN(ms));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (times.length < 2 || first === last) return null;
  const roles = new Map(chain.map(({ step, role }) => [step, role]));
  const at = (/** @type {number} */ ms) => Math.round(((ms - first) / (last - first)) * WIDTH);
  const words = `${counted(times.length, "event")} within ${durationText(last - first)}`;
  return html`<figure class="strip">
    <svg viewBox="-4 0 ${WIDTH + 8} 28" preserveAspectRatio="none" role="img" aria-label=${words}>
      <line class="axis" x1="0" x2=${WIDTH} y1="14" y2="14" />
      ${timeline.map(({ event, time, step }) => {
        const x = at(Date.parse(time));
        const role = step === undefined ? undefined : (roles.get(step) ?? "evidence");
        return html`<line key=${event} class="tick ${role ?? "beside"}" x1=${x} x2=${x} y1=${role === undefined ? 10 : 3} y2=${role === undefined ? 18 : 25} />`;
      })}
    </svg>
    <figcaption>
      <span>${offsetText(first - causeMs)}</span>
      <span>${words}</span>
      <span>${offsetText(last - causeMs)}</span>
    </figcaption>
  </figure>`;
}
