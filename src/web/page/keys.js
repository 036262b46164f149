import { useEffect } from "preact/hooks";

/**
 * What the keyboard can do anywhere on the page.
 *
 * @typedef {object} KeyActions
 * @property {(step: 1 | -1) => void} move
 * @property {() => void} search
 * @property {() => void} back
 */

/**
 * Hears the page's keys: `j` `k` and arrows, `/`, Esc. Keys typed into a field are the field's, but for Esc.
 *
 * @param {KeyActions} actions
 */
export function useKeys(actions) {
  useEffect(() => {
    const press = (/** @type {KeyboardEvent} */ event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = actionOf(event, actions);
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {KeyActions} actions
 * @returns {(() => void) | undefined}
 */
function actionOf({ key, target }, { move, search, back }) {
  if (key === "Escape") return back;
  if (target instanceof Element && target.closest("input, select, textarea") !== null) return undefined;
  // Arrows scroll a story that is being read; they move in the list alone.
  const inList = !(target instanceof Element) || target.closest("main") === null;
  if (key === "j" || (key === "ArrowDown" && inList)) return () => move(1);
  if (key === "k" || (key === "ArrowUp" && inList)) return () => move(-1);
  return key === "/" ? search : undefined;
}
