import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { openFileSource } from "../../../../src/adapters/file/file-source.ts";
import { openPackSource } from "../../../../src/adapters/file/pack-source.ts";
import { systemClock } from "../../../../src/adapters/system.ts";
import { Engine } from "../../../../src/core/engine/engine.ts";
import { RuleIndex } from "../../../../src/core/engine/rule-index.ts";
import { compilePredicate } from "../../../../src/core/expression/predicate.ts";
import { predicateWords } from "../../../../src/core/expression/predicate-words.ts";
import { Decoder } from "../../../../src/core/intake/decoder.ts";
import { Redactor } from "../../../../src/core/intake/redact/redactor.ts";
import { nativeOf } from "../../../../src/core/intake/write-native.ts";
import type { Event } from "../../../../src/core/model/event.ts";
import type { RuleSet } from "../../../../src/core/model/rule.ts";
import type { Story } from "../../../../src/core/model/story.ts";
import { opened } from "../../../../src/core/model/unopened-event.ts";
import type { Source } from "../../../../src/ports/source.ts";
import { Books } from "../../../../src/service/books.ts";
import { LogDecoder } from "../../../../src/service/log-decoder.ts";
import { runPipeline } from "../../../../src/service/pipeline.ts";
import { memorySource } from "../../../support/memory-source.ts";

const RULES = fileURLToPath(new URL("../../../../rules/", import.meta.url));
const FIXTURES = readdirSync(RULES, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ndjson"))
  .sort();

let rules: RuleSet;
let index: RuleIndex;
let redactor: Redactor;
/** What rules ask of an event, by its words. */
let tests: ReadonlyMap<string, (subject: unknown) => boolean>;
beforeAll(async () => {
  ({ rules } = await openPackSource({ paths: [RULES] }).load({}));
  index = new RuleIndex(rules);
  redactor = new Redactor("key", rules.rules);
  const steps = rules.rules.flatMap((rule) => [...rule.steps, ...rule.absent, ...rule.resolve]);
  tests = new Map(
    steps.flatMap(({ where }) => (where === undefined ? [] : [[predicateWords(where), compilePredicate(where)]])),
  );
});

async function storiesOf(source: Source): Promise<Story[]> {
  const told = new Map<string, Story>();
  await runPipeline({
    sources: [source],
    decoder: new Decoder(),
    engine: new Engine({ rules, index }),
    sinks: [
      {
        name: "told",
        deliver: async (changes) => {
          for (const { story } of changes) told.set(story.id, story);
        },
        async [Symbol.asyncDispose]() {},
      },
    ],
    clock: systemClock,
    signal: new AbortController().signal,
  });
  return [...told.values()];
}

async function eventsOf(source: Source): Promise<Event[]> {
  const decoder = new LogDecoder({ source, decoder: new Decoder(), books: new Books() });
  const events: Event[] = [];
  for await (const batch of source.batches({ signal: new AbortController().signal }))
    events.push(...decoder.decode(batch).events.map(({ event }) => opened(event)));
  return events;
}

function written(events: readonly Event[]): Source {
  return memorySource(events.map((event) => JSON.stringify(nativeOf(event))));
}

/** All of a story that does not name anybody. */
function shapeOf(story: Story, name: (entity: Story["rootCause"]["entity"]) => unknown): unknown {
  return {
    rule: `${story.rule.pack}/${story.rule.id}`,
    status: story.status,
    revision: story.revision,
    severity: story.severity,
    confidence: story.confidence,
    root: [story.rootCause.event, name(story.rootCause.entity)],
    bound: story.bound,
    chain: story.chain.map(({ step, type, offsetMs, count, entity }) => [step, type, offsetMs, count, name(entity)]),
    impact: story.impact.map(name),
    superseded: story.superseded.map(({ rule }) => rule),
    events: story.events,
  };
}

describe.each(FIXTURES)("%s", (fixture) => {
  test("written as native events, and with pseudonyms, it tells the same stories", async () => {
    const events = await eventsOf(openFileSource({ path: RULES + fixture }));
    const stories = await storiesOf(openFileSource({ path: RULES + fixture }));
    const again = await storiesOf(written(events));
    const withoutId = ({ id: _id, window: _window, ...story }: Story) => story;
    expect(again.map(withoutId)).toEqual(stories.map(withoutId));
    const redacted = await storiesOf(written(events.map((event) => redactor.event(event))));
    const asTheyAre = (entity: Story["rootCause"]["entity"]): unknown => JSON.parse(JSON.stringify(entity));
    const pseudonyms = (entity: Story["rootCause"]["entity"]): unknown => asTheyAre(redactor.entity(entity));
    // A story that is an event itself is named after its trace.
    const ids = (shape: unknown): unknown =>
      JSON.parse(JSON.stringify(shape).replaceAll(/"(story:[^"]*)derived:[^"]*"/g, '"$1"'));
    expect(redacted.map((story) => ids(shapeOf(story, asTheyAre)))).toEqual(
      stories.map((story) => ids(shapeOf(story, pseudonyms))),
    );
  });

  // Of many events that say the same a story may lose one, and look as before.
  test("each event with pseudonyms passes the tests of rules that it passed, and no others", async () => {
    for (const event of await eventsOf(openFileSource({ path: RULES + fixture }))) {
      const shown = redactor.event(event);
      const otherwise = [...tests].filter(([, passes]) => passes(shown) !== passes(event));
      expect(otherwise.map(([words]) => [words, event.message, shown.message])).toEqual([]);
    }
  });
});
