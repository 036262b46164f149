import { html } from "./html.js";
import { evidenceText } from "./words.js";

/** @import { Story } from "../../core/model/story.ts" */

/**
 * The sum behind the confidence.
 *
 * @param {{ story: Pick<Story, "confidence" | "confidenceParts"> }} props
 */
export function Evidence({ story: { confidence, confidenceParts } }) {
  const weights = sumOf(confidenceParts.map(({ weight }) => weight));
  const seen = sumOf(confidenceParts.map(({ weight, quality }) => weight * quality));
  return html`<section>
    <h3>Evidence <span class="count">${evidenceText(confidence)}</span></h3>
    <div class="wide">
      <table>
        <thead>
          <tr><th>step</th><th>kind</th><th class="number">weight</th><th class="number">quality</th><th>because</th></tr>
        </thead>
        <tbody>
          ${confidenceParts.map(
            ({ name, kind, weight, quality, because }) => html`<tr key=${name} class=${quality === 0 ? "absent" : ""}>
              <td>${name}</td><td>${kind}</td><td class="number">${weight}</td><td class="number">${quality}</td><td>${because}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="note">
      ${evidenceText(confidence)} = ${seen} ÷ ${weights}: the share of what the rule asks for that was seen. It is no probability.
    </p>
  </section>`;
}

/** @param {readonly number[]} numbers */
function sumOf(numbers) {
  // 0.1 + 0.2 is no number that anyone wants to read.
  return Number(numbers.reduce((sum, each) => sum + each, 0).toFixed(3));
}
