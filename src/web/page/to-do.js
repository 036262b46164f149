import { html } from "./html.js";

/**
 * What the rule's author says can be done.
 *
 * @param {{ actions: readonly string[], runbook: string | undefined }} props
 */
export function ToDo({ actions, runbook }) {
  if (actions.length === 0 && runbook === undefined) return null;
  return html`<section>
    <h3>What to do</h3>
    ${actions.length === 0 ? null : html`<ul class="actions">${actions.map((action) => html`<li>${action}</li>`)}</ul>`}
    ${runbook === undefined ? null : html`<p>Runbook: <${Elsewhere} address=${runbook} /></p>`}
  </section>`;
}

/**
 * A link where the address is one of the web; anything else is text.
 *
 * @param {{ address: string }} props
 */
function Elsewhere({ address }) {
  const scheme = URL.parse(address)?.protocol;
  if (scheme !== "https:" && scheme !== "http:") return html`<span>${address}</span>`;
  return html`<a href=${address} target="_blank" rel="noopener noreferrer">${address}</a>`;
}
