import { Decoder } from "../core/intake/decoder.ts";
import type { Redactor } from "../core/intake/redact/redactor.ts";
import { nativeOf } from "../core/intake/write-native.ts";
import { readRuleTests } from "../core/language/read-rule-tests.ts";
import type { RuleTestCase } from "../core/language/rule-test-file.ts";
import { SourceText } from "../core/language/source-text.ts";
import type { Event } from "../core/model/event.ts";
import type { RuleSet } from "../core/model/rule.ts";
import { boundIn, type Story } from "../core/model/story.ts";
import { type EpochMs, formatTime } from "../core/model/time.ts";
import { logOfCase } from "../core/testing/case-log.ts";
import { reasonOf } from "../core/testing/check-why.ts";
import { ruleKeyOf } from "../core/testing/compare-story.ts";
import { exactDuration } from "../core/testing/event-words.ts";
import { runCase, runInTime } from "../core/testing/run-case.ts";
import { isStoryId } from "../core/testing/story-evidence.ts";
import { flow, listItem } from "./flow-yaml.ts";
import { numberedIds } from "./recording.ts";
import { expectableFields } from "./update-expectations.ts";

/** What a case is written of, besides the story and its events. */
export interface CaseFrame {
  /** The packs to load, as paths from the file. */
  readonly packs: readonly string[];
  /** Their rules. */
  readonly rules: RuleSet;
  /** Bounds of the engine that told it, where they are not the default. */
  readonly engine: Readonly<Record<string, string | number>>;
  /** Puts pseudonyms in place of names. */
  readonly redactor: Redactor | undefined;
}

/** Ids of events longer than this are for machines. */
const READABLE_ID = 12;
const NAME_MAX = 200;
/** How much a case may ask for: all that there is, or less where the story itself does not bear it. */
const FORMS: readonly string[] = ["    probes: auto\n", "", "    arrival: { shuffle: 0 }\n"];

/**
 * A rule test whose one case tells this story of these events, or why there is none. What it expects
 * is what the rules tell of the case, and it was run: it passes.
 */
export async function caseOfStory(
  story: Story,
  events: readonly Event[],
  frame: CaseFrame,
): Promise<{ readonly text: string } | { readonly failed: string }> {
  const { shown, ids } = readable(events, frame.redactor);
  const first = readCase(textOf(shown, { frame, name: story.id, expected: "[]", form: "" }));
  if (typeof first === "string") return { failed: first };
  const log = logOfCase(first, undefined, new Decoder());
  const [wrong] = log.problems;
  if (wrong !== undefined) return { failed: wrong.message };
  const { told } = await runInTime({ one: first, log }, frame.rules);
  const standing = told.stories.filter(({ status }) => status !== "retracted");
  const same = standing.find((other) => isSame(other, story, ids));
  if (same === undefined) {
    const run = { rules: frame.rules, limits: first.limits, arrivals: log.arrivals, momentMs: undefined };
    const reason = await reasonOf(ruleKeyOf(story), run);
    const failed = `of its events ${events.length} were found, and the rules do not tell it of them`;
    return { failed: reason === "" ? failed : `${failed}; ${reason}` };
  }
  const expected = standing.map((each) => `\n${listItem(expectationOf(each), "        ")}`).join("");
  // The id is made of what has a pseudonym now, and could be made again to find out.
  const name = frame.redactor === undefined ? `${story.summary} (${story.id})` : same.summary;
  let failed = "";
  for (const form of FORMS) {
    const text = textOf(shown, { frame, name, expected, form });
    const one = readCase(text);
    if (typeof one === "string") return { failed: one };
    const { problems } = await runCase(one, {
      rules: frame.rules,
      newDecoder: () => new Decoder(),
      fixture: undefined,
    });
    if (problems.length === 0) return { text };
    failed = problems.map(({ message }) => message).join("; ");
  }
  return { failed };
}

/** Events in order of time, with ids for people. */
function readable(
  events: readonly Event[],
  redactor: Redactor | undefined,
): { readonly shown: Event[]; readonly ids: ReadonlyMap<string, string> } {
  const last = [...new Map(events.map((event) => [event.id, event])).values()];
  last.sort((a, b) => a.timeMs - b.timeMs || (a.id < b.id ? -1 : 1));
  const own = last.map(({ id }) => id);
  const isRenamed = redactor !== undefined || own.some(({ length }) => READABLE_ID < length);
  const ids = isRenamed ? numberedIds(own) : new Map(own.map((id) => [id, id]));
  const shown = last.map((event) => ({ ...(redactor?.event(event) ?? event), id: ids.get(event.id) ?? event.id }));
  return { shown, ids };
}

function readCase(text: string): RuleTestCase | string {
  const { test, diagnostics } = readRuleTests(new SourceText("the case", text));
  return test?.cases[0] ?? diagnostics.map(({ message }) => message).join("; ");
}

/** The same rule, and the same events for each step; other stories have ids of their own each time. */
function isSame(told: Story, story: Story, ids: ReadonlyMap<string, string>): boolean {
  if (ruleKeyOf(told) !== ruleKeyOf(story)) return false;
  return Object.entries(story.bound).every(([step, bound]) => {
    const own = bound.filter((id) => !isStoryId(id)).map((id) => ids.get(id) ?? id);
    return own.every((id) => boundIn(told, step)?.includes(id) === true);
  });
}

function expectationOf(story: Story): Readonly<Record<string, unknown>> {
  return { rule: ruleKeyOf(story), summary: story.summary, ...expectableFields(story) };
}

interface Draft {
  readonly frame: CaseFrame;
  readonly name: string;
  /** The expected stories, in YAML. */
  readonly expected: string;
  readonly form: string;
}

function textOf(events: readonly Event[], { frame, name, expected, form }: Draft): string {
  const startMs = Math.floor(events[0]?.timeMs ?? 0);
  const oneLine = name.replaceAll(/\s+/g, " ").slice(0, NAME_MAX);
  const engine = Object.keys(frame.engine).length === 0 ? "" : `    engine: ${flow(frame.engine)}\n`;
  return `apiVersion: tapio.dev/v1
kind: RuleTest
packs: ${flow(frame.packs)}
start: ${formatTime(startMs)}
cases:
  - name: ${flow(oneLine)}
    events:
${events.map((event) => eventText(event, startMs, events)).join("")}${engine}    expect:
      stories: ${expected}
${form}`.replaceAll(/ +\n/g, "\n");
}

function eventText(event: Event, startMs: EpochMs, events: readonly Event[]): string {
  const { id, time, ...rest } = nativeOf(event);
  const isWhole = Number.isInteger(event.timeMs - startMs) && !needsStamp(event, events);
  const when = isWhole ? { at: exactDuration(event.timeMs - startMs) } : { time };
  return `${listItem({ id, ...when, ...rest }, "      ")}\n`;
}

/** Where two events are nearer to each other than their stamps are fine, the stamps have to stay. */
function needsStamp({ id, timeMs, precisionMs }: Event, events: readonly Event[]): boolean {
  const isNear = (other: Event): boolean => other.id !== id && Math.abs(other.timeMs - timeMs) < precisionMs;
  return 1 < precisionMs && events.some(isNear);
}
