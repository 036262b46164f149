import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { readAddress, writeAddress } from "./address.js";
import { Announcer } from "./announcer.js";
import { EMPTY_BOARD, hear } from "./board.js";
import { filtered } from "./filter.js";
import { FilterBar } from "./filter-bar.js";
import { html } from "./html.js";
import { useKeys } from "./keys.js";
import { List } from "./list.js";
import { listen } from "./live.js";
import { Overview } from "./overview.js";
import { StatusLine } from "./status-line.js";
import { StoryView } from "./story-view.js";
import { WhyNot } from "./why-not.js";
import { isActive } from "./words.js";

/** @import { StoryRow } from "../story-row.ts" */
/** @import { Address } from "./address.js" */

/** The whole page. */
export function App() {
  const [board, tell] = useReducer(hear, EMPTY_BOARD);
  useEffect(() => listen(tell), []);
  const [address, go] = useAddress();
  const rows = useMemo(() => [...board.rows.values()], [board.rows]);
  const wanted = useMemo(() => filtered(rows, address.filter), [rows, address.filter]);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const scroller = useRef(/** @type {HTMLElement | null} */ (null));
  const filter = (/** @type {Address["filter"]} */ wish) => go({ ...address, filter: wish });
  useTitle(board.rows);
  useKeys({
    move: (step) => moveFocus(scroller.current, step),
    search: () => field.current?.select(),
    back: () => leave(address, scroller.current),
  });

  const isAsking = address.view === "why-not";
  const isReading = isAsking || address.story !== undefined;
  const isEmpty = board.isListed && rows.length === 0 && !isReading;
  const explains = board.service?.explains === true;
  const home = writeAddress({ ...address, view: "stories", story: undefined });
  return html`
    <header class="top">
      <a class="name" href=${home}><img src="page/icon.svg" alt="" width="20" height="20" />Tapio</a>
      <${StatusLine} board=${board} />
      ${explains ? html`<a class="question-link" href=${writeAddress({ ...address, view: "why-not", story: undefined })}>Why not?</a>` : null}
    </header>
    <div class="panes ${isReading ? "reading" : ""} ${isEmpty ? "empty" : ""}">
      <section class="list" aria-label="Stories" ref=${scroller}>
        <${FilterBar} rows=${rows} filter=${address.filter} onChange=${filter} field=${field} />
        <${List} board=${board} wanted=${wanted} address=${address} scroller=${scroller} onFilter=${filter} />
        <p class="keys"><kbd>j</kbd> <kbd>k</kbd> move · <kbd>enter</kbd> open · <kbd>/</kbd> filter · <kbd>esc</kbd> back</p>
      </section>
      <main class="story">
        ${
          isAsking
            ? html`<${WhyNot} asked=${address.asked} home=${home} onAsk=${(/** @type {Address["asked"]} */ asked) => go({ ...address, asked })} />`
            : null
        }
        ${
          address.story === undefined
            ? null
            : html`<${StoryView} key=${address.story} id=${address.story} revision=${board.rows.get(address.story)?.revision} home=${home} explains=${explains} />`
        }
        ${isReading ? null : html`<${Overview} rows=${rows} />`}
      </main>
    </div>
    <${Announcer} board=${board} />
  `;
}

/**
 * Where the reader is, and how to go elsewhere without leaving a trail of every letter typed.
 *
 * @returns {[Address, (address: Address) => void]}
 */
function useAddress() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = () => setHash(location.hash);
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  const address = useMemo(() => readAddress(hash), [hash]);
  const go = (/** @type {Address} */ wish) => {
    const written = writeAddress(wish);
    history.replaceState(null, "", written);
    setHash(written);
  };
  return [address, go];
}

/** @param {ReadonlyMap<string, StoryRow>} rows */
function useTitle(rows) {
  const open = [...rows.values()].filter(({ status }) => isActive(status)).length;
  useEffect(() => {
    document.title = open === 0 ? "Tapio" : `(${open} open) Tapio`;
  }, [open]);
}

/**
 * Moves the focus along the list, from the row that has it, or from the story that is open.
 *
 * @param {HTMLElement | null} list
 * @param {1 | -1} step
 */
function moveFocus(list, step) {
  const links = [...(list?.querySelectorAll("a[data-story]") ?? [])];
  const focused = links.indexOf(/** @type {Element} */ (document.activeElement));
  const at = 0 <= focused ? focused : links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = links[at + step] ?? (at < 0 ? links[0] : undefined);
  if (next instanceof HTMLElement) next.focus();
}

/**
 * Esc: out of a field to the list, out of a story to its row.
 *
 * @param {Address} address
 * @param {HTMLElement | null} list
 */
function leave({ story, view, ...address }, list) {
  const row = story === undefined ? undefined : list?.querySelector(`a[data-story="${CSS.escape(story)}"]`);
  const first = row ?? list?.querySelector("a[data-story]");
  const isInField = document.activeElement?.closest("input, select") !== null && document.activeElement !== null;
  const isAtHome = story === undefined && view === "stories";
  if (!isInField && !isAtHome) location.hash = writeAddress({ ...address, view: "stories", story: undefined });
  if (first instanceof HTMLElement) first.focus();
}
