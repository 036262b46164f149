import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "./ask.js";
import { Chain } from "./chain.js";
import { useNow } from "./clock.js";
import { Entity } from "./entity.js";
import { Evidence } from "./evidence.js";
import { html } from "./html.js";
import { Origin } from "./origin.js";
import { StoryHead } from "./story-head.js";
import { Timeline } from "./timeline.js";
import { ToDo } from "./to-do.js";
import { Why } from "./why.js";

/** @import { RefObject } from "preact" */
/** @import { Story } from "../../core/model/story.ts" */
/** @import { Asked } from "./ask.js" */

const NOW_EVERY_MS = 10_000;
/** Affected entities named at first. */
const IMPACT_SHOWN = 12;

/**
 * One story, whole: what happened, why, to whom, and how sure that is.
 *
 * @param {{ id: string, revision: number | undefined, home: string, explains: boolean }} props
 */
export function StoryView({ id, revision, home, explains }) {
  const asked = /** @type {Asked<Story> | undefined} */ (
    useAnswer(`api/v1/stories/${encodeURIComponent(id)}`, revision)
  );
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const isThere = asked?.state === "answered";
  // Where the story covers the list, the focus goes along; beside the list it stays in it.
  useEffect(() => {
    if (isThere && matchMedia("(max-width: 899px)").matches) heading.current?.focus();
  }, [isThere]);

  return html`<article aria-busy=${asked?.state === "asking" ? "true" : "false"}>
    <a class="back" href=${home}>← all stories</a>
    ${asked?.state === "failed" ? html`<p class="nothing">${asked.message}</p>` : null}
    ${isThere ? html`<${Whole} story=${asked.answer} heading=${heading} explains=${explains} />` : null}
  </article>`;
}

/**
 * @param {{ story: Story, heading: RefObject<HTMLElement>, explains: boolean }} props
 */
function Whole({ story, heading, explains }) {
  const nowMs = useNow(NOW_EVERY_MS);
  const [event, setEvent] = useState(/** @type {string | undefined} */ (undefined));
  return html`
    <${StoryHead} story=${story} nowMs=${nowMs} heading=${heading} />
    <${Chain} story=${story} onEvent=${setEvent} />
    <${Impact} impact=${story.impact} />
    <${ToDo} actions=${story.actions} runbook=${story.runbook} />
    <${Timeline} story=${story} explains=${explains} chosen=${event} onChosen=${setEvent} />
    <${Evidence} story=${story} />
    ${explains ? html`<${Why} story=${story} nowMs=${nowMs} />` : null}
    <${Origin} story=${story} nowMs=${nowMs} explains=${explains} />
  `;
}

/** @param {{ impact: Story["impact"] }} props */
function Impact({ impact }) {
  const [isWhole, setWhole] = useState(false);
  if (impact.length === 0) return null;
  const shown = isWhole ? impact : impact.slice(0, IMPACT_SHOWN);
  return html`<section>
    <h3>Affected <span class="count">${impact.length}</span></h3>
    <ul class="impact">
      ${shown.map((entity) => html`<li><${Entity} entity=${entity} /></li>`)}
      ${shown.length === impact.length ? null : html`<li><button type="button" onClick=${() => setWhole(true)}>${impact.length - shown.length} more</button></li>`}
    </ul>
  </section>`;
}
