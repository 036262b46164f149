import { CATEGORIES, SEVERITIES, STATUSES } from "./words.js";

/** @import { Filter } from "./filter.js" */

/**
 * Where the reader is: kept in the part of the URL behind `#`, so that it can be shared.
 *
 * @typedef {object} Address
 * @property {"stories" | "why-not"} view
 * @property {string | undefined} story The id of the story that is open.
 * @property {Filter} filter
 * @property {{ rule: string, trace: string, since: string } | undefined} asked
 */

/**
 * Reads an address; what it does not know is left out.
 *
 * @param {string} hash
 * @returns {Address}
 */
export function readAddress(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const words = new URLSearchParams(query);
  const [view, id] = path.split("/", 2);
  const asked = { rule: words.get("rule") ?? "", trace: words.get("trace") ?? "", since: words.get("since") ?? "" };
  return {
    view: view === "why-not" ? "why-not" : "stories",
    story: view === "stories" && id !== undefined && id !== "" ? decoded(id) : undefined,
    filter: {
      text: words.get("q") ?? "",
      severities: known(words.get("severity"), SEVERITIES),
      statuses: known(words.get("status"), STATUSES),
      categories: known(words.get("category"), CATEGORIES),
    },
    asked: Object.values(asked).every((word) => word === "") ? undefined : asked,
  };
}

/**
 * Writes an address: the shortest that reads as the same.
 *
 * @param {Address} address
 * @returns {string}
 */
export function writeAddress({ view, story, filter, asked }) {
  const path = view === "why-not" ? "why-not" : story === undefined ? "" : `stories/${encodeURIComponent(story)}`;
  const words = {
    ...(view === "why-not" ? asked : {}),
    q: filter.text,
    severity: filter.severities.join(","),
    status: filter.statuses.join(","),
    category: filter.categories.join(","),
  };
  const given = Object.entries(words).filter(([, word]) => word !== "");
  // Commas are read as they are, and so are easier on the eye.
  const query = new URLSearchParams(given).toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return `#/${path}${query === "" ? "" : `?${query}`}`;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @template {string} Word
 * @param {string | null} text
 * @param {readonly Word[]} words
 * @returns {Word[]}
 */
function known(text, words) {
  const given = (text ?? "").split(",");
  return words.filter((word) => given.includes(word));
}
