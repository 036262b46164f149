import type { Story } from "../model/story.ts";

/** What makes a revision worth telling at once, as a short digest: thousands are remembered. */
export function shapeOf(story: Story): string {
  const { rule, status, chain, impact, superseded, alsoMatched, confidence } = story;
  return digest(
    JSON.stringify([
      rule.pack,
      rule.id,
      status,
      chain.map(({ step, events }) => [step, events[0]]),
      impact,
      superseded,
      alsoMatched,
      confidence,
    ]),
  );
}

/** What changes with every event; no text is made of what is not there. */
const CHANGING = { revision: undefined, timeline: undefined, events: undefined, window: undefined };

/** Everything a reader sees, but for what changes with every event. */
export function contentOf(story: Story): string {
  return digest(JSON.stringify({ ...story, ...CHANGING }));
}

/** FNV-1a (32 bits) over a text's code units, the sum of its states on the way, and its length. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0;
  for (let at = 0; at < text.length; at++) {
    a = Math.imul(a ^ text.charCodeAt(at), 0x01000193);
    b = (b + a) | 0;
  }
  // A joined text is flat; one made by adding would keep all its pieces.
  return [(a >>> 0).toString(36), (b >>> 0).toString(36), text.length].join(".");
}
