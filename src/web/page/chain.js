import { Entity } from "./entity.js";
import { shortId } from "./event-id.js";
import { html } from "./html.js";
import { TimeStrip } from "./time-strip.js";
import { offsetText } from "./time-text.js";

/** @import { ChainLink, Story } from "../../core/model/story.ts" */

/** Links beside each other where there is room; more stand below each other. */
const BESIDE_MAX = 4;
/** Events of a step that are named; the rest is in the timeline. */
const EVENTS_NAMED = 3;

/**
 * The way from cause to impact as a picture; each step leads to its events in the timeline.
 *
 * @param {{ story: Story, onEvent: (event: string) => void }} props
 */
export function Chain({ story, onEvent }) {
  const { chain } = story;
  const shape = chain.length <= BESIDE_MAX ? "beside" : "below";
  return html`<section>
    <h3>From cause to impact</h3>
    <ol class="chain ${shape}" role="list">
      ${chain.map((link) => html`<${Link} key=${link.step} link=${link} onEvent=${onEvent} />`)}
    </ol>
    <${TimeStrip} story=${story} />
  </section>`;
}

/** @param {{ link: ChainLink, onEvent: (event: string) => void }} props */
function Link({ link, onEvent }) {
  const { step, role, type, reason, entity, events, offsetMs, inferred, count } = link;
  const more = events.length - EVENTS_NAMED;
  return html`<li class="link ${role}">
    <p class="offset">${offsetText(offsetMs)}${inferred ? html` <span class="inferred" title="within the precision of the time stamps">order inferred</span>` : null}</p>
    <div class="card">
      <p class="line"><span class="role">${role}</span> <span class="step">${step}</span></p>
      <p class="what" title=${type}>${reason ?? type}${1 < count ? html` <span class="times">×${count.toLocaleString("en")}</span>` : null}</p>
      <p><${Entity} entity=${entity} /></p>
      <p class="cites">
        ${events.slice(0, EVENTS_NAMED).map((id) => html`<button type="button" key=${id} class="cite" title="show ${id} in the timeline" onClick=${() => onEvent(id)}>${shortId(id)}</button>`)}
        ${0 < more ? html`<span>and ${more} more</span>` : null}
      </p>
    </div>
  </li>`;
}
