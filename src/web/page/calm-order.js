import { useEffect, useReducer, useRef } from "preact/hooks";

/** @import { RefObject } from "preact" */
/** @import { StoryRow } from "../story-row.ts" */

/** A pointer at rest for this long is not reading. */
const POINTING_MS = 5_000;
const LOOK_AGAIN_MS = 500;

/**
 * The rows to show, in an order that does not move under the reader: while they are scrolled down or
 * point into the list, rows stay where they are, in their latest revision, and new ones wait.
 *
 * @param {RefObject<HTMLElement>} scroller
 * @param {readonly StoryRow[]} wanted
 * @param {ReadonlyMap<string, StoryRow>} rows
 * @param {string} question What the reader asked for; another one is answered at once.
 * @returns {{ shown: StoryRow[], waiting: number, showAll: () => void }}
 */
export function useCalmOrder(scroller, wanted, rows, question) {
  const order = useRef(/** @type {{ question: string, ids: readonly string[] }} */ ({ question: "", ids: [] }));
  const isPointing = usePointing(scroller);
  const [, look] = useReducer((/** @type {number} */ turn) => turn + 1, 0);

  const isReading = () => 0 < (scroller.current?.scrollTop ?? 0) || isPointing();
  const take = () => {
    order.current = { question, ids: wanted.map(({ id }) => id) };
  };
  if (order.current.question !== question || order.current.ids.length === 0 || !isReading()) take();

  const known = new Set(order.current.ids);
  const shown = order.current.ids.flatMap((id) => rows.get(id) ?? []);
  const waiting = wanted.filter(({ id }) => !known.has(id)).length;
  const isBehind = 0 < waiting || shown.length !== wanted.length;
  useEffect(() => {
    if (!isBehind) return undefined;
    const looking = setInterval(look, LOOK_AGAIN_MS, undefined);
    return () => clearInterval(looking);
  }, [isBehind]);

  const showAll = () => {
    take();
    scroller.current?.scrollTo({ top: 0 });
    look(undefined);
  };
  return { shown, waiting, showAll };
}

/**
 * Whether the reader points into an element: the pointer moved there a moment ago.
 *
 * @param {RefObject<HTMLElement>} element
 * @returns {() => boolean}
 */
function usePointing(element) {
  const moved = useRef({
    isInside: false,
    timer: /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined),
  });
  useEffect(() => {
    const { current } = element;
    const rest = () => {
      clearTimeout(moved.current.timer);
      moved.current.isInside = false;
    };
    const move = () => {
      rest();
      moved.current = { isInside: true, timer: setTimeout(rest, POINTING_MS) };
    };
    current?.addEventListener("pointermove", move);
    current?.addEventListener("pointerleave", rest);
    return () => {
      rest();
      current?.removeEventListener("pointermove", move);
      current?.removeEventListener("pointerleave", rest);
    };
  }, [element]);
  return () => moved.current.isInside;
}
