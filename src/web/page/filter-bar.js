import { countsBy } from "./filter.js";
import { html } from "./html.js";
import { CATEGORIES, SEVERITIES, STATUSES } from "./words.js";

/** @import { RefObject } from "preact" */
/** @import { StoryRow } from "../story-row.ts" */
/** @import { Filter } from "./filter.js" */
/** @typedef {{ readonly currentTarget: { readonly value: string } }} Typed */

/**
 * Text, severity, status and category; each word says how many stories it would show.
 *
 * @param {{ rows: readonly StoryRow[], filter: Filter, onChange: (filter: Filter) => void, field: RefObject<HTMLInputElement> }} props
 */
export function FilterBar({ rows, filter, onChange, field }) {
  return html`<form class="filter" role="search" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <div class="fields">
      <input
        ref=${field}
        type="search"
        aria-label="Filter stories by text"
        placeholder="Filter by text, entity, rule or trace"
        autocomplete="off"
        spellcheck=${false}
        value=${filter.text}
        onInput=${(/** @type {Typed} */ { currentTarget }) => onChange({ ...filter, text: currentTarget.value })}
      />
      <${CategoryChoice} rows=${rows} filter=${filter} onChange=${onChange} />
    </div>
    <${Toggles}
      label="Severity"
      words=${SEVERITIES}
      chosen=${filter.severities}
      counts=${countsBy(rows, filter, "severity")}
      onChoose=${(/** @type {Filter["severities"]} */ severities) => onChange({ ...filter, severities })}
    />
    <${Toggles}
      label="Status"
      words=${STATUSES}
      chosen=${filter.statuses}
      counts=${countsBy(rows, filter, "status")}
      onChoose=${(/** @type {Filter["statuses"]} */ statuses) => onChange({ ...filter, statuses })}
    />
  </form>`;
}

/**
 * Words that can be chosen together.
 *
 * @template {string} Word
 * @param {{ label: string, words: readonly Word[], chosen: readonly Word[], counts: Map<string, number>, onChoose: (chosen: Word[]) => void }} props
 */
function Toggles({ label, words, chosen, counts, onChoose }) {
  const toggled = (/** @type {Word} */ word) =>
    words.filter((each) => (each === word ? !chosen.includes(word) : chosen.includes(each)));
  return html`<fieldset class="toggles">
    <legend class="unseen">${label}</legend>
    ${words.map((word) => {
      const count = counts.get(word) ?? 0;
      return html`<button
        key=${word}
        type="button"
        class="toggle ${word} ${count === 0 ? "none" : ""}"
        aria-pressed=${chosen.includes(word) ? "true" : "false"}
        onClick=${() => onChoose(toggled(word))}
      >
        ${word} <span class="count">${count}</span>
      </button>`;
    })}
  </fieldset>`;
}

/**
 * @param {{ rows: readonly StoryRow[], filter: Filter, onChange: (filter: Filter) => void }} props
 */
function CategoryChoice({ rows, filter, onChange }) {
  const counts = countsBy(rows, filter, "category");
  const choose = (/** @type {string} */ value) =>
    onChange({ ...filter, categories: CATEGORIES.filter((each) => value.split(",").includes(each)) });
  const several = 1 < filter.categories.length ? filter.categories.join(",") : undefined;
  return html`<select
    aria-label="Category"
    value=${filter.categories.join(",")}
    onChange=${(/** @type {Typed} */ { currentTarget }) => choose(currentTarget.value)}
  >
    <option value="">all categories</option>
    ${several === undefined ? null : html`<option value=${several}>${several}</option>`}
    ${CATEGORIES.map((each) => html`<option key=${each} value=${each}>${each} (${counts.get(each) ?? 0})</option>`)}
  </select>`;
}
