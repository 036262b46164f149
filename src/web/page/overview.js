import { writeAddress } from "./address.js";
import { NO_FILTER } from "./filter.js";
import { html } from "./html.js";
import { CATEGORIES, counted, isActive, SEVERITIES } from "./words.js";

/** @import { StoryRow } from "../story-row.ts" */
/** @import { Filter } from "./filter.js" */

/**
 * What is open now, by category and severity; every number leads to its stories.
 *
 * @param {{ rows: readonly StoryRow[] }} props
 */
export function Overview({ rows }) {
  const open = rows.filter(({ status }) => isActive(status));
  const critical = open.filter(({ severity }) => severity === "critical").length;
  if (rows.length === 0) return null;
  const shown = SEVERITIES.filter((severity) => open.some((row) => row.severity === severity));
  return html`<article class="overview">
    <h2>${open.length === 0 ? "Nothing is open" : `${counted(open.length, "story", "stories")} open`}</h2>
    <p class="detail">${open.length < 2 ? null : `${critical === 0 ? "None" : critical} of them ${critical < 2 ? "is" : "are"} critical. `}Choose a story to see its cause, its chain and its evidence.</p>
    ${
      open.length === 0
        ? null
        : html`<table>
      <thead><tr><th>open now</th>${shown.map((severity) => html`<th key=${severity} class="number ${severity}"><span class="severity">${severity}</span></th>`)}</tr></thead>
      <tbody>
        ${CATEGORIES.filter((category) => open.some((row) => row.category === category)).map(
          (category) => html`<tr key=${category}>
            <td><${Link} filter=${{ categories: [category] }} text=${category} /></td>
            ${shown.map((severity) => {
              const count = open.filter((row) => row.category === category && row.severity === severity).length;
              return html`<td key=${severity} class="number">${count === 0 ? html`<span class="quiet">·</span>` : html`<${Link} filter=${{ categories: [category], severities: [severity] }} text=${count} />`}</td>`;
            })}
          </tr>`,
        )}
      </tbody>
    </table>`
    }
  </article>`;
}

/** @param {{ filter: Partial<Filter>, text: string | number }} props */
function Link({ filter, text }) {
  /** @type {Filter} */
  const whole = { ...NO_FILTER, statuses: ["open", "reopened"], ...filter };
  return html`<a href=${writeAddress({ view: "stories", story: undefined, filter: whole, asked: undefined })}>${text}</a>`;
}
