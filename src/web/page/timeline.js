import { useEffect, useRef, useState } from "preact/hooks";
import { Entity } from "./entity.js";
import { html } from "./html.js";
import { offsetText } from "./time-text.js";
import { useTraceEvents } from "./trace-events.js";
import { When } from "./when.js";
import { counted } from "./words.js";

/** @import { Story, TimelineEntry } from "../../core/model/story.ts" */

/** Entries in the document at first, and more with every press. */
const PAGE_ENTRIES = 50;

/**
 * What happened when: after the cause, and by the clock.
 *
 * @param {{ story: Story, explains: boolean, chosen: string | undefined, onChosen: (event: string | undefined) => void }} props
 */
export function Timeline({ story, explains, chosen, onChosen }) {
  const { timeline: told, chain, rootCause } = story;
  const { others, offer } = useTraceEvents(story);
  const timeline =
    others.length === 0 ? told : [...told, ...others].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const [entriesMax, setEntriesMax] = useState(PAGE_ENTRIES);
  const place = chosen === undefined ? -1 : timeline.findIndex(({ event }) => event === chosen);
  const shownMax = Math.max(entriesMax, place + 1);
  const row = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    row.current?.scrollIntoView({ block: "center" });
    row.current?.focus({ preventScroll: true });
  }, [chosen]);

  const roles = new Map(chain.map(({ step, role }) => [step, role]));
  const more = timeline.length - shownMax;
  return html`<section>
    <h3>Timeline <span class="count">${timeline.length}</span></h3>
    <ol class="timeline" role="list">
      ${timeline.slice(0, shownMax).map((entry, at) => {
        const isChosen = at === place;
        return html`<li
          key=${entry.event}
          ref=${isChosen ? row : undefined}
          tabindex=${isChosen ? -1 : undefined}
          class="entry ${entry.step === undefined ? "beside" : (roles.get(entry.step) ?? "evidence")} ${isChosen ? "chosen" : ""}"
          onBlur=${isChosen ? () => onChosen(undefined) : undefined}
        >
          <${Entry} entry=${entry} causeMs=${Date.parse(rootCause.time)} />
        </li>`;
      })}
    </ol>
    ${more <= 0 ? null : html`<button type="button" class="more" onClick=${() => setEntriesMax(shownMax + PAGE_ENTRIES)}>show ${Math.min(more, PAGE_ENTRIES)} more of ${counted(more, "event")}</button>`}
    ${explains ? offer : null}
  </section>`;
}

/** @param {{ entry: TimelineEntry, causeMs: number }} props */
function Entry({ entry, causeMs }) {
  const { event, time, source, type, entity, message, count = 1, actor, step } = entry;
  return html`
    <span class="offset">${offsetText(Date.parse(time) - causeMs)}</span>
    <span class="clock"><${When} time=${time} nowMs=${causeMs} /></span>
    <div class="body">
      <p class="line">
        <span class="type" title="event ${event}, heard from ${source}">${type}</span>
        ${1 < count ? html`<span class="times">×${count.toLocaleString("en")}</span>` : null}
        ${step === undefined ? null : html`<span class="step">${step}</span>`}
        <${Entity} entity=${entity} />
        ${actor?.user === undefined ? null : html`<span class="actor">by ${actor.user}</span>`}
      </p>
      ${message === undefined ? null : html`<p class="message">${message}</p>`}
    </div>
  `;
}
