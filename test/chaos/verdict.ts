import type { Story } from "../../src/core/model/story.ts";
import type { Undisturbed } from "./oracle.ts";

/** A revision as the stream of stories holds it. */
export interface Published {
  readonly story: Story;
  readonly sequence: number;
}

/** How the stories published differ from those of an undisturbed run; all zero where they don't. */
export interface Verdict {
  /** Revisions that were never published. */
  readonly missing: number;
  /** Revisions published with other words or evidence. */
  readonly wrong: number;
  /** Stories that nobody should have told. */
  readonly invented: number;
  /** Revisions published more than once. */
  readonly doubled: number;
  /** The first of each that differ, for people: what was wanted, and what was published. */
  readonly differing: readonly Difference[];
}

interface Difference {
  readonly wanted: string | undefined;
  readonly published: string | undefined;
}

const SHOWN_MAX = 5;

/** Compares every revision, byte for byte; what is told of the quiet behind the last event may be there or not. */
export function verdictOf({ told, later }: Undisturbed, published: readonly Published[]): Verdict {
  const key = ({ id, revision }: Story): string => `${id}-${revision}`;
  const expected = new Map([...told, ...later].map((story) => [key(story), JSON.stringify(story)]));
  const ids = new Set(told.map(({ id }) => id));
  const seen = new Map<string, number>();
  const differing: Difference[] = [];
  let [doubled, wrong, invented] = [0, 0, 0];
  for (const { story, sequence } of published) {
    const text = JSON.stringify(story);
    const wanted = expected.get(key(story));
    const before = seen.get(key(story));
    if (before !== undefined) doubled++;
    else if (!ids.has(story.id)) invented++;
    else if (wanted !== text) wrong++;
    if (before !== undefined)
      differing.push({ wanted: `once, at ${before}`, published: `at ${sequence} too: ${text}` });
    else if (wanted !== text) differing.push({ wanted, published: text });
    seen.set(key(story), sequence);
  }
  const missing = told.filter((story) => !seen.has(key(story)));
  for (const story of missing) differing.push({ wanted: JSON.stringify(story), published: undefined });
  return { missing: missing.length, wrong, invented, doubled, differing: differing.slice(0, SHOWN_MAX) };
}
