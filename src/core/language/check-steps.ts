import type { EventTest, Rule } from "../model/rule.ts";
import {
  admitsAll,
  contradictionIn,
  coversType,
  idleTypes,
  kindsOf,
  kindsOfTypes,
  partsOf,
  valuesAt,
} from "./compare-tests.ts";
import { isClusterScoped } from "./event-fields.ts";
import type { Finding } from "./findings.ts";
import { listed } from "./nearest.ts";
import type { RawEventTest } from "./raw-pack.ts";
import type { RuleContext } from "./rule-context.ts";
import type { Place } from "./yaml-tree.ts";

/** Reports tests that no event passes, keys that change nothing, and a `resolve` that the steps pass. */
export function checkSteps(
  { steps, absent, resolve }: Pick<Rule, "steps" | "absent" | "resolve">,
  of: RuleContext,
): void {
  const { rule, place } = of;
  const tests: readonly (readonly [key: string, read: readonly EventTest[], raw: readonly RawEventTest[]])[] = [
    ["steps", steps, rule.steps],
    ["absent", absent, rule.absent ?? []],
    ["resolve", resolve, rule.resolve ?? []],
  ];
  for (const [key, read, written] of tests) {
    for (const [at, raw] of written.entries()) checkTest(read[at], raw, [...place, key, at], of);
  }
  checkResolve({ steps, resolve }, of);
  checkIdleKeys(of);
}

function checkTest(test: EventTest | undefined, raw: RawEventTest, place: Place, { findings }: RuleContext): void {
  if (test === undefined) return;
  const report = (finding: Finding): void => {
    const key = raw.where === undefined ? (raw.use === undefined ? "type" : "use") : "where";
    findings.atKey([...place, key], finding);
  };
  if (typeof raw.type === "object") {
    for (const at of idleTypes(raw.type)) {
      const message = `another type of this list takes \`${raw.type[at]}\` anyway`;
      findings.atValue([...place, "type", at], { code: "TAP218", message, hint: "remove one of the two" });
    }
  }
  const field = contradictionIn(partsOf(test.where));
  const types = valuesAt("type", test.where)?.map(String);
  if (field !== undefined) {
    const message = `no event passes this: the tests of \`${field}\` contradict each other`;
    const hint = raw.use === undefined ? undefined : `the tests of the pattern \`${raw.use}\` count too`;
    report({ code: "TAP219", message, hint });
  } else if (types?.every((type) => !coversType(test.types, type)) === true) {
    const message = "no event passes this: `type` and `where` ask for different types";
    report({ code: "TAP219", message, hint: "leave `type` out of `where`" });
  } else {
    const message = mismatchIn(test);
    if (message !== undefined) report({ code: "TAP220", message });
  }
}

function mismatchIn(test: EventTest): string | undefined {
  const byType = kindsOfTypes(test.types);
  const asked = valuesAt("entity.kind", test.where)?.map(String);
  if (byType !== undefined && asked?.every((kind) => !byType.includes(kind.toLowerCase())) === true)
    return `these types are about ${listed(byType)}, and \`entity.kind\` asks for ${listed(asked)}`;
  const kinds = kindsOf(test);
  const wantsNamespace = partsOf(test.where).some(
    (part) => part.kind === "test" && part.path.text === "entity.namespace" && part.value !== false,
  );
  if (wantsNamespace && kinds?.every(isClusterScoped) === true) return `${listed(kinds)} has no namespace`;
  const sources = valuesAt("source", test.where);
  const ofStories = test.types?.every((type) => type.startsWith("story.")) === true;
  return ofStories && sources?.includes("story") === false ? "the source of `story.` types is `story`" : undefined;
}

function checkResolve({ steps, resolve }: Pick<Rule, "steps" | "resolve">, { findings, place }: RuleContext): void {
  resolve.forEach((test, at) => {
    const step = steps.find((one) => admitsAll(test, one));
    if (step === undefined) return;
    const message = `every event of the step \`${step.as}\` passes this, so more evidence would end the story`;
    findings.atKey([...place, "resolve", at], { code: "TAP237", message });
  });
}

/** Reports keys whose value says what holds without them. */
function checkIdleKeys({ rule, place, findings }: RuleContext): void {
  const report = (at: Place, message: string, hint?: string): void =>
    findings.atValue([...place, ...at], { code: "TAP218", message, hint });
  rule.steps.forEach(({ count, pick }, at) => {
    if (count?.atLeast !== 1 || count.distinct !== undefined || pick === "last") return;
    report(["steps", at, "count", "atLeast"], "every step that is bound was seen once at least", "leave `count` out");
  });
  if (rule.minConfidence === 0) report(["minConfidence"], "no story has less confidence than 0");
  const required = rule.steps.filter(({ optional }) => optional !== true).length;
  if (rule.minEvents !== undefined && rule.minEvents <= required) {
    const message = `the ${required} required step${required === 1 ? "" : "s"} need as many events anyway`;
    report(["minEvents"], message, "leave it out, or ask for more");
  }
}
