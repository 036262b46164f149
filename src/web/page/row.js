import { Entity } from "./entity.js";
import { html } from "./html.js";
import { When } from "./when.js";
import { counted, evidenceText } from "./words.js";

/** @import { StoryRow } from "../story-row.ts" */

/**
 * One story of the list.
 *
 * @param {{ row: StoryRow, href: string, isOpen: boolean, hasChanged: boolean, nowMs: number }} props
 */
export function Row({ row, href, isOpen, hasChanged, nowMs }) {
  const { id, revision, severity, status, category, summary, cause, impact, impactTotal, confidence, eventsTotal } =
    row;
  const [first] = impact;
  return html`<li class="row ${severity} ${status}">
    <a href=${href} data-story=${id} aria-current=${isOpen ? "true" : undefined}>
      <span class="line head">
        <span class="severity">${severity}</span>
        <span class="status-word">${status}</span>
        ${row.shadow ? html`<span class="status-word">shadow</span>` : null}
        ${hasChanged ? html`<span key=${revision} class="news">${revision === 1 ? "new" : "revised"}</span>` : null}
        <span class="when"><${When} time=${row.time} nowMs=${nowMs} ago /></span>
      </span>
      <span class="summary">${summary}</span>
      <span class="foot">
        <span class="entities">
          <${Entity} entity=${cause} />
          ${first === undefined ? null : html`<span class="to"> → </span>${impactText(first, impactTotal)}`}
        </span>
        <span class="numbers">${category} · ${counted(eventsTotal, "event")} · evidence ${evidenceText(confidence)}</span>
      </span>
    </a>
  </li>`;
}

/**
 * @param {StoryRow["cause"]} first
 * @param {number} total
 */
function impactText(first, total) {
  if (total === 1) return html`<${Entity} entity=${first} />`;
  return html`<span>${counted(total, "entity", "entities")}</span>`;
}
