import type { Story } from "../../src/core/model/story.ts";
import type { Undisturbed } from "./oracle.ts";

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
  readonly differing: readonly { readonly wanted: string | undefined; readonly published: string | undefined }[];
}

const SHOWN_MAX = 5;

/** Compares every revision, byte for byte; what is told of the quiet behind the last event may be there or not. */
export function verdictOf({ told, later }: Undisturbed, published: readonly Story[]): Verdict {
  const key = ({ id, revision }: Story): string => `${id}-${revision}`;
  const expected = new Map([...told, ...later].map((story) => [key(story), JSON.stringify(story)]));
  const ids = new Set(told.map(({ id }) => id));
  const seen = new Map<string, string>();
  const differing: Verdict["differing"][number][] = [];
  let [doubled, wrong, invented] = [0, 0, 0];
  for (const story of published) {
    const text = JSON.stringify(story);
    if (seen.has(key(story))) doubled++;
    else if (!ids.has(story.id)) invented++;
    else if (expected.get(key(story)) !== text) wrong++;
    if (expected.get(key(story)) !== text) differing.push({ wanted: expected.get(key(story)), published: text });
    seen.set(key(story), text);
  }
  const missing = told.filter((story) => !seen.has(key(story)));
  for (const story of missing) differing.push({ wanted: JSON.stringify(story), published: undefined });
  return { missing: missing.length, wrong, invented, doubled, differing: differing.slice(0, SHOWN_MAX) };
}
