import type { EngineLimits } from "../model/limits.ts";
import { parseTime } from "../model/time.ts";
import { checkShape } from "./check-shape.ts";
import { compareDiagnostics, type Diagnostic } from "./diagnostic.ts";
import { Findings } from "./findings.ts";
import { withoutIgnored } from "./ignore-comments.ts";
import { suggest } from "./nearest.ts";
import { readDuration } from "./pack-context.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { RawCase, RawExpectation, RawRuleTest } from "./raw-rule-test.ts";
import { type EventContext, readCaseEvent, readOffset } from "./read-case-event.ts";
import type { Expectation, FileOfTest, NamedInTest, RuleTestCase, RuleTestFile } from "./rule-test-file.ts";
import { checkRuleTest } from "./schema-validators.ts";
import type { SourceText } from "./source-text.ts";
import { keySpan, type Place, toData, valueSpan, type YamlNode } from "./yaml-tree.ts";

/** A rule test and everything that is wrong with it; without a test where anything is an error. */
export interface RuleTestReading {
  readonly test?: RuleTestFile;
  readonly diagnostics: readonly Diagnostic[];
}

const DEFAULT_START = "2026-01-01T00:00:00Z";
const DEFAULT_SHUFFLE = 20;

/** Reads one `*.test.yaml`. Never throws. */
export function readRuleTests(source: SourceText): RuleTestReading {
  const findings = new Findings(source);
  const test = readGuarded(findings);
  const diagnostics = withoutIgnored(findings).toSorted(compareDiagnostics);
  return test === undefined || findings.hasErrors ? { diagnostics } : { test, diagnostics };
}

function readGuarded(findings: Findings): RuleTestFile | undefined {
  try {
    return readFile(findings);
  } catch (cause) {
    const message = `the text can't be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    findings.atSpan({ start: 0, end: 1 }, { code: "TAP003", message });
    return undefined;
  }
}

function readFile(findings: Findings): RuleTestFile | undefined {
  const root = parseYaml(findings);
  if (root === undefined) return undefined;
  findings.root = root;
  checkShape(root, checkRuleTest, findings);
  if (findings.hasErrors) return undefined;
  const raw = toData(root) as RawRuleTest;
  const start = parseTime(raw.start ?? DEFAULT_START);
  if (start === undefined)
    findings.atValue(["start"], { code: "TAP303", message: `\`${raw.start}\` is not an RFC 3339 time` });
  const context: EventContext = { root, findings, startMs: start?.ms ?? 0, templates: raw.templates ?? {} };
  const names = new Map<string, Place>();
  const cases = raw.cases.map((each, at) => {
    const place = ["cases", at];
    const first = names.get(each.name);
    if (first === undefined) names.set(each.name, [...place, "name"]);
    else {
      const message = `this file already has a case \`${each.name}\``;
      const related = [findings.related(first, "the other case")];
      findings.atValue([...place, "name"], { code: "TAP302", message, related });
    }
    return readCase(each, place, context);
  });
  const { name } = raw.metadata ?? {};
  return {
    source: findings.source,
    name,
    packs: raw.packs,
    files: filesIn(raw, root),
    startMs: context.startMs,
    cases,
  };
}

function filesIn({ packs, cases }: RawRuleTest, root: YamlNode): FileOfTest[] {
  const file = (kind: FileOfTest["kind"], path: string, place: Place): FileOfTest => ({
    kind,
    path,
    span: valueSpan(root, place),
  });
  return [
    ...packs.map((path, at) => file("pack", path, ["packs", at])),
    ...cases.flatMap(({ fixture }, at) =>
      fixture === undefined ? [] : [file("recording", fixture, ["cases", at, "fixture"])],
    ),
  ];
}

function readCase(raw: RawCase, place: Place, context: EventContext): RuleTestCase {
  const { findings, root, startMs } = context;
  const { events: rawEvents = [], engine } = raw;
  const events = rawEvents.map((event, at) => readCaseEvent(event, [...place, "events", at], context));
  if (raw.events === undefined && raw.fixture === undefined) {
    findings.atKey(place, {
      code: "TAP304",
      message: `the case \`${raw.name}\` has no events`,
      hint: "add `events` or a `fixture`",
    });
  }
  if (raw.expect === undefined && raw.at === undefined) {
    findings.atKey(place, {
      code: "TAP307",
      message: `the case \`${raw.name}\` expects nothing`,
      hint: "add `expect`",
    });
  }
  const ids = new Map<string, number>();
  events.forEach(({ id }, at) => {
    const first = ids.get(id);
    if (first === undefined) {
      ids.set(id, at);
      return;
    }
    const unnamed = [first, at].some((each) => raw.events?.[each]?.id === undefined);
    const hint = unnamed
      ? "events without `id` are called `e1`, `e2` and so on by their place; name this one otherwise"
      : undefined;
    findings.atKey([...place, "events", at], {
      code: "TAP305",
      message: `this case already has an event \`${id}\``,
      hint,
    });
  });
  const known = raw.fixture === undefined ? new Set(ids.keys()) : undefined;
  const duration = (key: keyof NonNullable<RawCase["engine"]>): number | undefined => {
    const text = engine?.[key];
    return typeof text === "string" ? readDuration(text, [...place, "engine", key], findings, 0) : undefined;
  };
  const limits: Record<string, number | undefined> = {
    correlationWindowMs: duration("correlationWindow"),
    maxWindowMs: duration("maxWindow"),
    minEvents: engine?.minEvents,
    resolveAfterMs: duration("resolveAfter"),
    reopenWithinMs: duration("reopenWithin"),
  };
  return {
    name: raw.name,
    span: valueSpan(root, [...place, "name"]),
    events,
    fixture: raw.fixture,
    expect: raw.expect === undefined ? undefined : readExpectation(raw.expect, [...place, "expect"], context, known),
    moments: (raw.at ?? []).map((moment, at) => ({
      ...readExpectation(moment, [...place, "at", at], context, known),
      atMs: startMs + (readOffset(moment.time, [...place, "at", at, "time"], findings) ?? 0),
    })),
    shuffle: raw.arrival?.shuffle ?? DEFAULT_SHUFFLE,
    probes: raw.probes ?? "none",
    limits: Object.fromEntries(Object.entries(limits).filter(([, ms]) => ms !== undefined)) as Partial<EngineLimits>,
  };
}

function readExpectation(
  raw: RawExpectation,
  place: Place,
  context: EventContext,
  ids: ReadonlySet<string> | undefined,
): Expectation {
  const { root, findings } = context;
  const checkId = (id: string, at: Place): void => {
    if (ids === undefined || ids.has(id)) return;
    findings.atValue(at, { code: "TAP305", message: `this case has no event \`${id}\``, hint: suggest(id, ids) });
  };
  const stories = raw.stories?.map((story, at) => {
    const here = [...place, "stories", at];
    for (const [step, bound] of Object.entries(story.bound ?? {})) {
      for (const [index, id] of bound.entries()) checkId(id, [...here, "bound", step, index]);
    }
    if (story.rootCause?.event !== undefined) checkId(story.rootCause.event, [...here, "rootCause", "event"]);
    return { ...story, span: valueSpan(root, [...here, "rule"]) };
  });
  return {
    span: keySpan(root, place),
    stories,
    notStories: (raw.notStories ?? []).map((rule, at) => ({
      rule,
      span: valueSpan(root, [...place, "notStories", at]),
    })),
    why: Object.entries(raw.why ?? {}).map(([rule, { step, because }]) => ({
      rule,
      step,
      because,
      span: keySpan(root, [...place, "why", rule]),
    })),
    names: namesIn(raw, place, root),
  };
}

function namesIn({ stories = [], notStories = [], why = {} }: RawExpectation, place: Place, root: YamlNode) {
  const rule = (key: string, at: Place): NamedInTest => ({ rule: key, span: valueSpan(root, [...place, ...at]) });
  const names: NamedInTest[] = notStories.map((key, at) => rule(key, ["notStories", at]));
  for (const [at, { rule: key, bound = {}, superseded = [], alsoMatched = [] }] of stories.entries()) {
    const here = ["stories", at];
    names.push(rule(key, [...here, "rule"]));
    for (const step of Object.keys(bound)) {
      const span = keySpan(root, [...place, ...here, "bound", step]);
      names.push({ rule: key, part: { kind: "step", name: step }, span });
    }
    names.push(...superseded.map((other, index) => rule(other, [...here, "superseded", index])));
    names.push(...alsoMatched.map((other, index) => rule(other, [...here, "alsoMatched", index])));
  }
  for (const [key, { step }] of Object.entries(why)) {
    names.push({ rule: key, span: keySpan(root, [...place, "why", key]) });
    if (step === undefined) continue;
    const span = valueSpan(root, [...place, "why", key, "step"]);
    names.push({ rule: key, part: { kind: "any", name: step }, span });
  }
  return names;
}
