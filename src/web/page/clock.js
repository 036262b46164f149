import { useEffect, useState } from "preact/hooks";

/** The time by the reader's clock, in milliseconds. */
function now() {
  return Date.now();
}

/**
 * The same, looked at anew so often.
 *
 * @param {number} everyMs
 */
export function useNow(everyMs) {
  const [atMs, setAtMs] = useState(now);
  useEffect(() => {
    const ticking = setInterval(() => setAtMs(now()), everyMs);
    return () => clearInterval(ticking);
  }, [everyMs]);
  return atMs;
}
