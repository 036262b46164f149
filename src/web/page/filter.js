/** @import { Severity } from "../../core/model/event.ts" */
/** @import { Category } from "../../core/model/rule.ts" */
/** @import { StoryStatus } from "../../core/model/story.ts" */
/** @import { StoryRow } from "../story-row.ts" */
import { entityName } from "./entity.js";

/**
 * Which stories the reader wants to see; an empty list takes all.
 *
 * @typedef {object} Filter
 * @property {string} text
 * @property {readonly Severity[]} severities
 * @property {readonly StoryStatus[]} statuses
 * @property {readonly Category[]} categories
 */

/** @type {Filter} */
export const NO_FILTER = { text: "", severities: [], statuses: [], categories: [] };

/**
 * Whether a filter takes everything.
 *
 * @param {Filter} filter
 */
export function takesAll({ text, severities, statuses, categories }) {
  return text.trim() === "" && severities.length + statuses.length + categories.length === 0;
}

/**
 * The rows that a filter takes, the newest cause first. A story keeps its place when it is revised.
 *
 * @param {Iterable<StoryRow>} rows
 * @param {Filter} filter
 * @returns {StoryRow[]}
 */
export function filtered(rows, filter) {
  return taken(rows, filter).sort((a, b) => Date.parse(b.time) - Date.parse(a.time) || (a.id < b.id ? -1 : 1));
}

/**
 * How many rows each word of a kind would show, under the other parts of the filter.
 *
 * @param {Iterable<StoryRow>} rows
 * @param {Filter} filter
 * @param {"severity" | "status" | "category"} kind
 * @returns {Map<string, number>}
 */
export function countsBy(rows, filter, kind) {
  const list = /** @type {const} */ ({ severity: "severities", status: "statuses", category: "categories" })[kind];
  const counts = new Map();
  for (const row of taken(rows, { ...filter, [list]: [] })) counts.set(row[kind], (counts.get(row[kind]) ?? 0) + 1);
  return counts;
}

/**
 * @param {Iterable<StoryRow>} rows
 * @param {Filter} filter
 */
function taken(rows, filter) {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...rows].filter((row) => takesKind(filter, row) && takesText(words, row));
}

/**
 * @param {Filter} filter
 * @param {StoryRow} row
 */
function takesKind({ severities, statuses, categories }, { severity, status, category }) {
  return (
    (severities.length === 0 || severities.includes(severity)) &&
    (statuses.length === 0 || statuses.includes(status)) &&
    (categories.length === 0 || categories.includes(category))
  );
}

/**
 * @param {readonly string[]} words
 * @param {StoryRow} row
 */
function takesText(words, { id, summary, rule, traceId, cause, impact }) {
  const text = [summary, rule, traceId, id, ...[cause, ...impact].map((one) => `${one.kind} ${entityName(one)}`)];
  const searched = text.join("\n").toLowerCase();
  return words.every((word) => searched.includes(word));
}
