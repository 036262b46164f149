import { html } from "./html.js";
import { When } from "./when.js";

/** @import { Scope } from "./explained.d.ts" */

/**
 * The window that was looked into.
 *
 * @param {{ scope: Scope, nowMs: number }} props
 */
export function ScopeLine({ scope: { group, start, end, closedBy }, nowMs }) {
  const names = Object.entries(group).map(([name, key]) => `${name === "traceId" ? "trace" : name} ${key}`);
  return html`<p class="quiet">
    In the window of <span class="code">${names.join(", ")}</span>, <${When} time=${start} nowMs=${nowMs} /> to
    ${" "}<${When} time=${end} nowMs=${nowMs} />, ${closedBy === undefined ? "open" : `closed: ${closedBy}`}
  </p>`;
}
