import { Entity, entityName } from "./entity.js";
import { html } from "./html.js";
import { When } from "./when.js";
import { counted, evidenceText } from "./words.js";

/** @import { RefObject } from "preact" */
/** @import { Story } from "../../core/model/story.ts" */

/**
 * What a reader must know first: how bad, what, from what, since when.
 *
 * @param {{ story: Story, nowMs: number, heading: RefObject<HTMLElement> }} props
 */
export function StoryHead({ story, nowMs, heading }) {
  const { severity, status, category, summary, detail, rootCause, revision, events, confidence } = story;
  const saysEntity = rootCause.statement.includes(entityName(rootCause.entity));
  return html`<div class="story-head ${severity} ${status}">
    <p class="line head">
      <span class="severity">${severity}</span>
      <span class="status-word">${status}</span>
      <span class="category">${category}</span>
    </p>
    <h2 ref=${heading} tabindex="-1">${summary}</h2>
    ${detail === undefined || detail === summary ? null : html`<p class="detail">${detail}</p>`}
    ${remarksOn(story).map((remark) => html`<p class="remark">${remark}</p>`)}
    <dl class="facts">
      <div class="root"><dt>Root cause</dt><dd>${rootCause.statement}${saysEntity ? null : html`<br /><${Entity} entity=${rootCause.entity} />`}</dd></div>
      <div><dt>Began</dt><dd><${When} time=${rootCause.time} nowMs=${nowMs} ago /></dd></div>
      <div><dt>Made of</dt><dd>${counted(events.total, "event")}, ${events.bound} in the chain${0 < events.dropped ? `, ${events.dropped} not kept` : ""}</dd></div>
      <div><dt>Evidence</dt><dd>${evidenceText(confidence)} of what the rule asks for</dd></div>
      <div><dt>Revision</dt><dd>${revision}</dd></div>
    </dl>
  </div>`;
}

/**
 * What limits how far a story can be trusted.
 *
 * @param {Story} story
 * @returns {string[]}
 */
function remarksOn({ status, statusReason, shadow, truncated, incomplete, gap }) {
  return [
    ...(statusReason === undefined ? [] : [`${status}: ${statusReason}`]),
    ...(shadow ? ["shadow: the rule is on trial, and nobody was notified"] : []),
    ...(truncated ? ["truncated: the search was cut at a limit, so that a simpler match may exist"] : []),
    ...(incomplete === undefined ? [] : [`incomplete: ${incomplete}`]),
    ...(gap ? ["gap: the log had lost entries before they could be read; something may be missing here"] : []),
  ];
}
