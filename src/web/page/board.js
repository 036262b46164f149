/** @import { StoryRow } from "../story-row.ts" */

/** Stories held here at most, as many as the engine remembers for the page. */
const ROWS_MAX = 1_000;

/**
 * How the service does, as it says with every beat.
 *
 * @typedef {object} ServiceState
 * @property {"ready" | "degraded" | "not ready"} status
 * @property {string} [reason]
 * @property {boolean} explains Whether it answers why a story was told.
 * @property {string} [version]
 * @property {{ total: number }} [events]
 * @property {{ open: { traces: number, groups: number } }} [windows]
 * @property {{ name: string, behindMs?: number, pending?: number }} [log]
 * @property {{ packs: readonly { rules: number }[] }} [rules]
 */

/**
 * What the page knows.
 *
 * @typedef {object} Board
 * @property {ReadonlyMap<string, StoryRow>} rows
 * @property {number} forgotten Stories that the engine has let go, because there were newer ones.
 * @property {boolean} isListed Whether the list has come at all.
 * @property {readonly StoryRow[]} latest What came with the last word from the engine, and was not there before.
 * @property {ReadonlySet<string>} changed The stories that were told or revised while the page was open.
 * @property {ServiceState | undefined} service
 * @property {boolean} isConnected
 */

/**
 * What the engine says, or that nothing is heard from it.
 *
 * @typedef {{ kind: "list" | "stories", stories: readonly StoryRow[], forgotten: number }
 *   | { kind: "state", state: ServiceState }
 *   | { kind: "connected", isConnected: boolean }} Word
 */

/** @type {Board} */
export const EMPTY_BOARD = {
  rows: new Map(),
  forgotten: 0,
  isListed: false,
  latest: [],
  changed: new Set(),
  service: undefined,
  isConnected: false,
};

/**
 * What the page knows after one more word from the engine.
 *
 * @param {Board} board
 * @param {Word} word
 * @returns {Board}
 */
export function hear(board, word) {
  switch (word.kind) {
    case "list":
      return listed(board, word.stories, word.forgotten);
    case "stories":
      return changed(board, word.stories, word.forgotten);
    case "state":
      return { ...board, service: word.state, isConnected: true };
    case "connected":
      return { ...board, isConnected: word.isConnected };
  }
}

/**
 * A list comes at first, and again when another process answers: then it knows all there is.
 *
 * @param {Board} board
 * @param {readonly StoryRow[]} stories Newest first.
 * @param {number} forgotten
 * @returns {Board}
 */
function listed(board, stories, forgotten) {
  const rows = new Map(stories.toReversed().map((row) => [row.id, row]));
  const isNew = (/** @type {StoryRow} */ { id }) => board.isListed && !board.rows.has(id);
  return { ...board, rows, forgotten, isListed: true, latest: stories.filter(isNew) };
}

/**
 * @param {Board} board
 * @param {readonly StoryRow[]} stories
 * @param {number} forgotten
 * @returns {Board}
 */
function changed(board, stories, forgotten) {
  const rows = new Map(board.rows);
  for (const row of stories) {
    rows.delete(row.id);
    rows.set(row.id, row);
  }
  for (const id of rows.keys()) {
    if (rows.size <= ROWS_MAX) break;
    rows.delete(id);
  }
  return {
    ...board,
    rows,
    forgotten,
    latest: stories.filter(({ id }) => !board.rows.has(id)),
    changed: new Set([...board.changed, ...stories.map(({ id }) => id)].filter((id) => rows.has(id))),
  };
}
