import { useEffect, useState } from "preact/hooks";

/**
 * What came of a question to the engine.
 *
 * @template Answer
 * @typedef {{ state: "asking" } | { state: "answered", answer: Answer } | { state: "failed", message: string }} Asked
 */

/**
 * Asks the engine; never throws.
 *
 * @template Answer
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {Promise<Asked<Answer>>}
 */
async function ask(path, signal) {
  try {
    const response = await fetch(path, { signal });
    const answer = await response.json();
    if (response.ok) return { state: "answered", answer };
    return { state: "failed", message: answer?.error?.message ?? `the engine answers ${response.status}` };
  } catch {
    return { state: "failed", message: "the engine does not answer" };
  }
}

/**
 * The answer to a question, asked anew where `revision` changes; the old answer stays until the new one
 * is there. `undefined` while there is no question.
 *
 * @template Answer
 * @param {string | undefined} path
 * @param {string | number} [revision]
 * @returns {Asked<Answer> | undefined}
 */
export function useAnswer(path, revision) {
  const [held, setHeld] = useState(/** @type {{ path: string, asked: Asked<Answer> } | undefined} */ (undefined));
  useEffect(() => {
    if (path === undefined) return undefined;
    const leaving = new AbortController();
    ask(path, leaving.signal).then((asked) => {
      if (!leaving.signal.aborted) setHeld({ path, asked: /** @type {Asked<Answer>} */ (asked) });
    });
    return () => leaving.abort();
  }, [path, revision]);
  if (path === undefined) return undefined;
  return held?.path === path ? held.asked : { state: "asking" };
}
