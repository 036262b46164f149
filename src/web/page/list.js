import { useEffect, useState } from "preact/hooks";
import { writeAddress } from "./address.js";
import { useCalmOrder } from "./calm-order.js";
import { useNow } from "./clock.js";
import { NO_FILTER, takesAll } from "./filter.js";
import { html } from "./html.js";
import { Row } from "./row.js";
import { counted, isActive } from "./words.js";

/** @import { RefObject } from "preact" */
/** @import { StoryRow } from "../story-row.ts" */
/** @import { Address } from "./address.js" */
/** @import { Board, ServiceState } from "./board.js" */

/** Rows in the document at first, and more with every press; a thousand at once would make it slow. */
const PAGE_ROWS = 100;
const AGO_EVERY_MS = 10_000;

/**
 * The stories that the filter takes.
 *
 * @param {{ board: Board, wanted: readonly StoryRow[], address: Address, scroller: RefObject<HTMLElement>, onFilter: (filter: Address["filter"]) => void }} props
 */
export function List({ board, wanted, address, scroller, onFilter }) {
  const { filter, story: openId } = address;
  const question = writeAddress({ view: "stories", story: undefined, filter, asked: undefined });
  const { shown, waiting, showAll } = useCalmOrder(scroller, wanted, board.rows, question);
  const nowMs = useNow(AGO_EVERY_MS);
  const [rowsMax, setRowsMax] = useState(PAGE_ROWS);
  useEffect(() => setRowsMax(PAGE_ROWS), [question]);

  const more = shown.length - rowsMax;
  return html`
    <div class="tally">
      <span>${tallyText(board, wanted, filter)}</span>
      ${takesAll(filter) ? null : html`<button type="button" onClick=${() => onFilter(NO_FILTER)}>clear filter</button>`}
    </div>
    ${shown.length === 0 ? html`<${Nothing} board=${board} />` : null}
    <ol class="rows" role="list" aria-label="Stories, newest first">
      ${shown.slice(0, rowsMax).map(
        (row) => html`<${Row}
          key=${row.id}
          row=${row}
          href=${writeAddress({ ...address, view: "stories", story: row.id })}
          isOpen=${row.id === openId}
          hasChanged=${board.changed.has(row.id)}
          nowMs=${nowMs}
        />`,
      )}
    </ol>
    ${more <= 0 ? null : html`<button type="button" class="more" onClick=${() => setRowsMax(rowsMax + PAGE_ROWS)}>show ${Math.min(more, PAGE_ROWS)} more of ${more}</button>`}
    ${waiting === 0 ? null : html`<button type="button" class="waiting" onClick=${showAll}>${counted(waiting, "new story", "new stories")}: show</button>`}
  `;
}

/**
 * How many there are, and whether all are here.
 *
 * @param {Board} board
 * @param {readonly StoryRow[]} wanted
 * @param {Address["filter"]} filter
 */
function tallyText({ rows, forgotten, isListed }, wanted, filter) {
  if (!isListed) return "loading";
  const critical = wanted.filter(({ severity, status }) => severity === "critical" && isActive(status)).length;
  const open = wanted.filter(({ status }) => isActive(status)).length;
  const of = takesAll(filter)
    ? counted(rows.size, "story", "stories")
    : `${wanted.length} of ${counted(rows.size, "story", "stories")}`;
  return [
    of,
    `${open} open`,
    ...(0 < critical ? [`${critical} critical`] : []),
    ...(0 < forgotten ? [`only the latest are kept here; ${forgotten} older were let go`] : []),
  ].join(" · ");
}

/**
 * What is said where there is nothing to show.
 *
 * @param {{ board: Board }} props
 */
function Nothing({ board: { rows, isListed, service } }) {
  if (!isListed) return null;
  if (0 < rows.size) return html`<p class="nothing">No story matches the filter.</p>`;
  return html`<div class="nothing">
    <p class="lead">No stories yet</p>
    <p>${waitingText(service)}</p>
  </div>`;
}

/** @param {ServiceState | undefined} service */
function waitingText(service) {
  const rules = (service?.rules?.packs ?? []).reduce((sum, pack) => sum + pack.rules, 0);
  const who = rules === 0 ? "The engine waits" : `${counted(rules, "rule")} wait`;
  const from = service?.log === undefined ? "" : ` from ${service.log.name}`;
  const read = service?.events === undefined ? "" : ` ${counted(service.events.total, "event")} read so far.`;
  return `${who}${rules === 1 ? "s" : ""} for events${from}.${read} A story appears here as soon as a rule holds.`;
}
