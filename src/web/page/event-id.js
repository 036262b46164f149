/** Characters shown of either end of a long id. */
const END = 8;

/**
 * An id short enough to stand beside others: ids of one collector begin alike, and many end in what
 * tells them apart.
 *
 * @param {string} id
 * @returns {string}
 */
export function shortId(id) {
  return id.length <= 2 * END + 1 ? id : `${id.slice(0, END)}…${id.slice(-END)}`;
}
