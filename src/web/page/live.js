/** @import { Word } from "./board.js" */

/** The engine beats every 5 s; silent for this long, it is taken for gone. */
const SILENCE_MS_MAX = 16_000;
/** How long until the next attempt where the browser makes none of its own. */
const RETRY_MS = 5_000;

/**
 * Hears the engine until what is returned is called. Browsers connect again on their own, with the id of
 * the last event, but not after a refusal, nor where a connection has died without a word.
 *
 * @param {(word: Word) => void} tell
 * @returns {() => void}
 */
export function listen(tell) {
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  const again = (/** @type {number} */ afterMs) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      source.close();
      tell({ kind: "connected", isConnected: false });
      connect();
    }, afterMs);
  };

  const connect = () => {
    source = new EventSource("api/v1/stories/stream");
    for (const kind of /** @type {const} */ (["list", "stories"])) {
      source.addEventListener(kind, ({ data }) => tell({ kind, ...JSON.parse(data) }));
    }
    source.addEventListener("state", ({ data }) => {
      tell({ kind: "state", state: JSON.parse(data) });
      again(SILENCE_MS_MAX);
    });
    source.addEventListener("error", () => {
      tell({ kind: "connected", isConnected: false });
      again(source.readyState === EventSource.CLOSED ? RETRY_MS : SILENCE_MS_MAX);
    });
  };

  connect();
  return () => {
    clearTimeout(waiting);
    source.close();
  };
}
