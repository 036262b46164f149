/** @import { Severity } from "../../core/model/event.ts" */
/** @import { Category } from "../../core/model/rule.ts" */
/** @import { StoryStatus } from "../../core/model/story.ts" */

/** @type {readonly Severity[]} */
export const SEVERITIES = ["critical", "error", "warning", "info"];

/** @type {readonly StoryStatus[]} */
export const STATUSES = ["open", "reopened", "resolved", "retracted"];

/** @type {readonly Category[]} */
export const CATEGORIES = [
  "pod-lifecycle",
  "service-dependencies",
  "resource-pressure",
  "configuration-changes",
  "security",
];

/**
 * Whether a story still asks for somebody.
 *
 * @param {StoryStatus} status
 * @returns {boolean}
 */
export function isActive(status) {
  return status === "open" || status === "reopened";
}

/**
 * `1 story`, `2 stories`
 *
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 * @returns {string}
 */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/**
 * Evidence as a share; it is no probability, and never shown as one.
 *
 * @param {number} confidence
 * @returns {string}
 */
export function evidenceText(confidence) {
  return `${Math.round(confidence * 100)} %`;
}
