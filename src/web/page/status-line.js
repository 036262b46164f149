import { html } from "./html.js";
import { durationText } from "./time-text.js";
import { counted } from "./words.js";

/** @import { Board, ServiceState } from "./board.js" */

/** Further behind its log than this, the engine says so. */
const BEHIND_TOLD_MS = 10_000;

/**
 * Whether what is shown can be trusted: ready, degraded, not ready or disconnected, and why.
 *
 * @param {{ board: Board }} props
 */
export function StatusLine({ board: { service, isConnected } }) {
  const { word, look, reason } = conditionOf(service, isConnected);
  return html`<div class="status" role="status">
    <span class="state ${look}">${word}</span>
    ${reason === undefined ? null : html`<span class="reason" title=${reason}>${reason}</span>`}
    ${reason === undefined && service !== undefined ? html`<span class="reason">${workText(service)}</span>` : null}
  </div>`;
}

/**
 * @param {ServiceState | undefined} service
 * @param {boolean} isConnected
 * @returns {{ word: string, look: "good" | "poor" | "bad" | "unknown", reason?: string | undefined }}
 */
function conditionOf(service, isConnected) {
  if (!isConnected && service === undefined) return { word: "connecting", look: "unknown" };
  if (!isConnected)
    return { word: "disconnected", look: "bad", reason: "the engine does not answer; what is shown may be old" };
  if (service?.status === "ready") return { word: "ready", look: "good" };
  return { word: service?.status ?? "connecting", look: "poor", reason: service?.reason };
}

/**
 * What the engine is at, as far as it says.
 *
 * @param {ServiceState} service
 */
function workText({ events, windows, log }) {
  const open = windows === undefined ? 0 : windows.open.traces + windows.open.groups;
  // A quiet log has a last entry that is old, and nothing that waits.
  const behindMs = 0 < (log?.pending ?? 0) ? (log?.behindMs ?? 0) : 0;
  return [
    ...(events === undefined ? [] : [`${counted(events.total, "event")} read`]),
    ...(0 < open ? [`${counted(open, "window")} open`] : []),
    ...(BEHIND_TOLD_MS < behindMs ? [`${durationText(behindMs)} behind`] : []),
  ].join(" · ");
}
