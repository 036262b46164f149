import { html } from "./html.js";
import { counted } from "./words.js";

/** @import { Board } from "./board.js" */

/**
 * Says what is new to who does not see it.
 *
 * @param {{ board: Board }} props
 */
export function Announcer({ board: { latest } }) {
  const [first, second] = latest;
  const text =
    first === undefined
      ? ""
      : second === undefined
        ? `New story, ${first.severity}: ${first.summary}`
        : counted(latest.length, "new story", "new stories");
  return html`<p class="unseen" aria-live="polite">${text}</p>`;
}
