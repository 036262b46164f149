import { Oracle } from "../oracle/oracle.ts";
import { type ExpectedStory, storiesOf } from "../oracle/stories.ts";
import { asExpected, comparable, lastRevisions, runEngine } from "./engine-side.ts";
import type { Features } from "./features.ts";
import type { Case } from "./profiles.ts";

/** The engine tells what the oracle says must stand; throws with both where it doesn't. */
export async function engineAgreesWithOracle({ rules, log, limits }: Case, features: Features): Promise<void> {
  const note = (feature: string): void => features.note(feature);
  const oracle = new Oracle(rules, limits, note);
  for (const entry of log) oracle.read(entry);
  oracle.end();
  if (oracle.unclear) return note("(left out: late, and a newer window took it)");
  const rulings = oracle.rulings();
  const expected = storiesOf(rulings, note);
  for (const { span } of rulings) {
    note(`window closed by ${span.closedBy}`);
    if (0 < span.late) note("late evidence");
  }
  const engine = await runEngine(rules, log, limits);
  const changes = engine.take();
  for (const { kind } of changes) note(`story ${kind}`);
  if (0 < engine.counters.duplicates) note("duplicate");
  const told = lastRevisions(changes).filter(({ status }) => status !== "retracted");
  const vague = new Map(expected.map((story) => [storyKey(story), story]));
  const seen = told.map(asExpected).map((story) => {
    const { either, overWindows } = vague.get(storyKey(story)) ?? story;
    return { ...story, either, overWindows };
  });
  const [actual, wanted] = [comparable(seen), comparable(expected)];
  if (actual.join("\n") === wanted.join("\n")) return;
  throw new Error(
    `the oracle wants\n  ${wanted.join("\n  ") || "nothing"}\nthe engine told\n  ${actual.join("\n  ") || "nothing"}`,
  );
}

function storyKey({ rule, group }: ExpectedStory): string {
  return `${rule} ${group}`;
}
