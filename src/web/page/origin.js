import { html } from "./html.js";
import { When } from "./when.js";

/** @import { OtherMatch, Story } from "../../core/model/story.ts" */

/**
 * Which rule told it, of which events, and which other rules held there.
 *
 * @param {{ story: Story, nowMs: number }} props
 */
export function Origin({ story, nowMs }) {
  const { id, rule, traceId, group, window, superseded, alsoMatched } = story;
  const joined = Object.entries(group).filter(([name]) => name !== "traceId");
  return html`
    ${
      superseded.length + alsoMatched.length === 0
        ? null
        : html`<section>
      <h3>Other rules that held</h3>
      <ul class="others">
        ${superseded.map((other) => html`<${Other} key=${other.rule} other=${other} word="superseded" />`)}
        ${alsoMatched.map((other) => html`<${Other} key=${other.rule} other=${other} word="also matched" />`)}
      </ul>
    </section>`
    }
    <section>
      <h3>Where it comes from</h3>
      <dl class="origin">
        <dt>Rule</dt><dd>${rule.pack}/${rule.id} <span class="quiet">version ${rule.version}${rule.commit === undefined ? "" : `, commit ${rule.commit.slice(0, 12)}`}</span></dd>
        <dt>Digest</dt><dd class="code">${rule.digest}</dd>
        <dt>Trace</dt><dd class="code">${traceId}</dd>
        ${joined.map(([name, key]) => html`<dt>Join ${name}</dt><dd class="code">${key}</dd>`)}
        <dt>Window</dt><dd><${When} time=${window.start} nowMs=${nowMs} /> to <${When} time=${window.end} nowMs=${nowMs} />${window.closedBy === undefined ? ", open" : `, closed: ${window.closedBy}`}</dd>
        <dt>Story</dt><dd><a class="code" href="api/v1/stories/${encodeURIComponent(id)}">${id}</a></dd>
      </dl>
    </section>
  `;
}

/** @param {{ other: OtherMatch, word: string }} props */
function Other({ other: { rule, title, because }, word }) {
  return html`<li><span class="quiet">${word}</span> ${title} <span class="quiet">${rule}: ${because}</span></li>`;
}
