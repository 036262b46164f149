import { writeAddress } from "./address.js";
import { NO_FILTER } from "./filter.js";
import { html } from "./html.js";
import { When } from "./when.js";

/** @import { OtherMatch, Story } from "../../core/model/story.ts" */

/**
 * Which rule told it, of which events, and which other rules held there.
 *
 * @param {{ story: Story, nowMs: number, explains: boolean }} props
 */
export function Origin({ story, nowMs, explains }) {
  const { id, rule, traceId, group, window, superseded, alsoMatched } = story;
  const joined = Object.entries(group).filter(([name]) => name !== "traceId");
  return html`
    ${
      superseded.length + alsoMatched.length === 0
        ? null
        : html`<section>
      <h3>Other rules that held</h3>
      <ul class="others">
        ${superseded.map((other) => html`<${Other} key=${other.rule} other=${other} word="superseded" explains=${explains} trace=${traceId} />`)}
        ${alsoMatched.map((other) => html`<${Other} key=${other.rule} other=${other} word="also matched" explains=${explains} trace=${traceId} />`)}
      </ul>
    </section>`
    }
    <section>
      <h3>Where it comes from</h3>
      <dl class="origin">
        <dt>Rule</dt><dd>${rule.pack}/${rule.id} <span class="quiet">version ${rule.version}${rule.commit === undefined ? "" : `, commit ${rule.commit.slice(0, 12)}`}</span></dd>
        <dt>Digest</dt><dd class="code">${rule.digest}</dd>
        <dt>Trace</dt><dd><span class="code">${traceId}</span>${explains ? html` <a class="aside" href=${whyNotAddress("", traceId)}>why not another rule?</a>` : null}</dd>
        ${joined.map(([name, key]) => html`<dt>Join ${name}</dt><dd class="code">${key}</dd>`)}
        <dt>Window</dt><dd><${When} time=${window.start} nowMs=${nowMs} /> to <${When} time=${window.end} nowMs=${nowMs} />${window.closedBy === undefined ? ", open" : `, closed: ${window.closedBy}`}</dd>
        <dt>Story</dt><dd><a class="code" href="api/v1/stories/${encodeURIComponent(id)}">${id}</a></dd>
      </dl>
    </section>
  `;
}

/** @param {{ other: OtherMatch, word: string, trace: string, explains: boolean }} props */
function Other({ other: { rule, title, because }, word, trace, explains }) {
  const name = explains ? html`<a href=${whyNotAddress(rule, trace)}>${rule}</a>` : rule;
  return html`<li>${title} <span class="quiet">${word}: ${because} · ${name}</span></li>`;
}

/**
 * @param {string} rule
 * @param {string} trace
 */
function whyNotAddress(rule, trace) {
  return writeAddress({ view: "why-not", story: undefined, filter: NO_FILTER, asked: { rule, trace, since: "" } });
}
