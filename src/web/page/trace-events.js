import { useState } from "preact/hooks";
import { useAnswer } from "./ask.js";
import { html } from "./html.js";
import { counted } from "./words.js";

/** @import { Story, TimelineEntry } from "../../core/model/story.ts" */
/** @import { Asked } from "./ask.js" */
/** @import { NativeEvent } from "./explained.d.ts" */

/**
 * What a story's trace saw in its window besides what the story tells, once somebody asks for it.
 *
 * @param {Story} story
 * @returns {{ others: TimelineEntry[], offer: import("preact").VNode | import("preact").VNode[] }}
 */
export function useTraceEvents({ id, timeline }) {
  const [times, ask] = useState(0);
  const path = times === 0 ? undefined : `api/v1/stories/${encodeURIComponent(id)}/events`;
  const asked = /** @type {Asked<{ events: NativeEvent[], incomplete?: string }> | undefined} */ (
    useAnswer(path, times)
  );
  const told = new Set(timeline.map(({ event }) => event));
  const events = asked?.state === "answered" ? asked.answer.events.filter((event) => !told.has(event.id)) : [];
  const offer = html`<p class="quiet">
    ${asked?.state === "failed" ? `${asked.message}. ` : null}
    ${asked?.state === "asking" ? "Reading the log back." : null}
    ${asked?.state === "answered" ? answerText(events.length, asked.answer.incomplete) : null}
    ${asked === undefined || asked.state === "failed" ? html`<button type="button" onClick=${() => ask(times + 1)}>Show what else its trace saw</button>` : null}
  </p>`;
  return { others: events.map(entryOf), offer };
}

/**
 * @param {number} count
 * @param {string | undefined} incomplete
 */
function answerText(count, incomplete) {
  const found = count === 0 ? "Its trace saw nothing else." : `${counted(count, "event")} more that its trace saw.`;
  return incomplete === undefined ? found : `${found} ${incomplete}.`;
}

/**
 * @param {NativeEvent} event
 * @returns {TimelineEntry}
 */
function entryOf({ id, time, source, type, entity, message, count, actor }) {
  return { event: id, time, source, type, entity, message, ...(count === undefined ? {} : { count }), actor };
}
