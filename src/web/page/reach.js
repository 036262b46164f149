import { shortId } from "./event-id.js";
import { html } from "./html.js";
import { ScopeLine } from "./scope.js";

/** @import { Explanation, Failure, HalfMatch, ReachedStep } from "./explained.d.ts" */

/** Events of a step that are named. */
const EVENTS_NAMED = 3;

/**
 * How far a rule came: the steps that found their events, and the one that did not.
 *
 * @param {{ explanation: Explanation, nowMs: number }} props
 */
export function Reach({ explanation: { rule, told, scope, reached, failed, halfMatched }, nowMs }) {
  return html`<section>
    <h3>${rule}</h3>
    ${
      told.length === 0
        ? html`<p class="verdict">It told no story${scope === undefined ? ": no window holds anything that it wants" : ""}.</p>`
        : html`<p class="verdict">It told ${told.map((id) => html`<a class="code" href="#/stories/${encodeURIComponent(id)}">${id}</a> `)}</p>`
    }
    ${scope === undefined ? null : html`<${ScopeLine} scope=${scope} nowMs=${nowMs} />`}
    <${Way} reached=${reached} failed=${failed} />
    ${halfMatched.length === 0 ? null : html`<h3 class="further">Half of it elsewhere</h3>`}
    ${halfMatched.map((half) => html`<${Half} half=${half} nowMs=${nowMs} />`)}
  </section>`;
}

/** @param {{ half: HalfMatch, nowMs: number }} props */
function Half({ half: { scope, reached, failed }, nowMs }) {
  return html`<div class="half">
    <${ScopeLine} scope=${scope} nowMs=${nowMs} />
    <${Way} reached=${reached} failed=${failed} />
  </div>`;
}

/** @param {{ reached: readonly ReachedStep[], failed: Failure | undefined }} props */
function Way({ reached, failed }) {
  return html`<ol class="steps" role="list">
    ${reached.map(
      ({ step, events }) => html`<li key=${step} class="reached found">
        <p class="line"><span class="mark">seen</span> <strong>${step}</strong> <span class="code quiet" title=${events.join("\n")}>${eventsText(events)}</span></p>
      </li>`,
    )}
    ${
      failed === undefined
        ? null
        : html`<li class="reached missed">
          <p class="line"><span class="mark">failed</span> <strong>${failed.step ?? failed.join ?? "the rule as a whole"}</strong> <span class="quiet">${failed.because}</span></p>
          <p>${failed.detail}</p>
        </li>`
    }
  </ol>`;
}

/** @param {readonly string[]} events */
function eventsText(events) {
  const more = events.length - EVENTS_NAMED;
  return `${events.slice(0, EVENTS_NAMED).map(shortId).join(" ")}${more <= 0 ? "" : ` and ${more} more`}`;
}
