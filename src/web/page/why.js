import { useState } from "preact/hooks";
import { useAnswer } from "./ask.js";
import { Entity } from "./entity.js";
import { html } from "./html.js";
import { ScopeLine } from "./scope.js";
import { When } from "./when.js";
import { counted } from "./words.js";

/** @import { Story } from "../../core/model/story.ts" */
/** @import { ExplainedStep, StoryExplanation } from "./explained.d.ts" */
/** @import { Asked } from "./ask.js" */

/** Events that a step passed over: so many at first, for a busy window has hundreds. */
const PASSED_OVER_SHOWN = 3;

/**
 * Why this story: each step with the event that it chose and those that it passed over. The engine reads
 * its log back for it, so it is asked where somebody wants to know alone.
 *
 * @param {{ story: Story, nowMs: number }} props
 */
export function Why({ story: { id, revision }, nowMs }) {
  const [times, ask] = useState(0);
  const path = times === 0 ? undefined : `api/v1/stories/${encodeURIComponent(id)}/explanation`;
  const asked = /** @type {Asked<{ stories: StoryExplanation[], incomplete?: string }> | undefined} */ (
    useAnswer(path, times)
  );
  const explanation = asked?.state === "answered" ? asked.answer.stories[0] : undefined;
  return html`<section aria-busy=${asked?.state === "asking" ? "true" : "false"}>
    <h3>Why this story</h3>
    ${
      explanation !== undefined
        ? html`<${Steps} explanation=${explanation} nowMs=${nowMs} />
          ${explanation.revision === revision ? null : html`<p class="quiet">This is about revision ${explanation.revision}. <button type="button" onClick=${() => ask(times + 1)}>Ask again</button></p>`}`
        : html`<p class="quiet">
          ${asked?.state === "failed" ? `${asked.message}. ` : "Step by step: which event it chose, and which it passed over. "}
          ${asked?.state === "asking" ? "Reading the log back." : html`<button type="button" onClick=${() => ask(times + 1)}>${asked === undefined ? "Ask the engine" : "Ask again"}</button>`}
        </p>`
    }
    ${asked?.state === "answered" && asked.answer.incomplete !== undefined ? html`<p class="remark">${asked.answer.incomplete}</p>` : null}
  </section>`;
}

/** @param {{ explanation: StoryExplanation, nowMs: number }} props */
function Steps({ explanation: { steps, scope }, nowMs }) {
  if (steps.length === 0) return html`<p class="quiet">The windows that it was told from are no longer in the log.</p>`;
  return html`
    ${scope === undefined ? null : html`<${ScopeLine} scope=${scope} nowMs=${nowMs} />`}
    <ol class="steps" role="list">${steps.map((step) => html`<${Step} key=${step.step} step=${step} nowMs=${nowMs} />`)}</ol>
  `;
}

/** @param {{ step: ExplainedStep, nowMs: number }} props */
function Step({ step: { step, role, optional, events, why, passedOver }, nowMs }) {
  const [isWhole, setWhole] = useState(false);
  const [first, ...along] = events;
  const shown = isWhole ? passedOver : passedOver.slice(0, PASSED_OVER_SHOWN);
  return html`<li class="reached ${first === undefined ? "missed" : "found"}">
    <p class="line">
      <span class="mark">${first === undefined ? "not seen" : "seen"}</span>
      <strong>${step}</strong>
      <span class="quiet">${optional ? "optional " : ""}${role}</span>
    </p>
    ${
      first === undefined
        ? null
        : html`<p class="line"><span>${first.type}</span> <${Entity} entity=${first.entity} /> <span class="quiet"><${When} time=${first.time} nowMs=${nowMs} /></span></p>`
    }
    <p class="quiet">${why}${along.length === 0 ? "" : `; ${counted(along.length, "event")} along with it`}</p>
    ${
      passedOver.length === 0
        ? null
        : html`<ul class="passed">
          ${shown.map(({ event, why: reason }) => html`<li><span>passed over ${event}</span>: ${reason}</li>`)}
          ${shown.length === passedOver.length ? null : html`<li><button type="button" onClick=${() => setWhole(true)}>${passedOver.length - shown.length} more passed over</button></li>`}
        </ul>`
    }
  </li>`;
}
