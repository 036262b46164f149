import { predicateWords } from "../../expression/predicate-words.ts";
import { isRecord } from "../../expression/read-path.ts";
import { Findings } from "../findings.ts";
import type { RawEventTest, RawPack, RawStep } from "../raw-pack.ts";
import { readEventTest } from "../read-event-test.ts";
import { SourceText } from "../source-text.ts";
import type { Named, Outline } from "./outline.ts";

/** What an event test asks for, in words: `k8s.pod.oomkilled where reason is "x"`. `undefined` where it can't be read. */
export function testInWords(data: unknown, { patterns, lists }: Outline): string | undefined {
  if (!isRecord(data)) return undefined;
  const pack = { patterns: dataOf(patterns), lists: dataOf(lists) } as unknown as RawPack;
  const findings = new Findings(new SourceText("", ""));
  try {
    const context = { pack, findings, usedLists: new Set<string>(), usedPatterns: new Set<string>() };
    const { types, where } = readEventTest(data as RawEventTest, [], context);
    const type = types === undefined ? "any event" : types.map((each) => `\`${each}\``).join(" or ");
    return where === undefined ? type : `${type} where ${predicateWords(where)}`;
  } catch {
    // Half a test, of whatever shape, is no test to put into words.
    return undefined;
  }
}

/** A step or an absence in a sentence or two. */
export function slotInWords(data: unknown, outline: Outline): string {
  const test = testInWords(data, outline);
  if (test === undefined || !isRecord(data)) return "it can't be read as it stands";
  const { role, optional, after, within, count, from, to } = data as Partial<RawStep> & Record<string, unknown>;
  const facts = [
    from === undefined ? undefined : `absent from ${String(from)} to ${String(to ?? "the end of the window")}`,
    role,
    optional === true ? "optional" : undefined,
    isRecord(count) ? `at least ${String(count["atLeast"])}${isDistinct(count)}` : undefined,
    after === undefined ? undefined : `after ${[after].flat().map(String).join(" and ")}`,
    typeof within === "string" ? `within ${within}` : undefined,
  ];
  return [test, facts.filter((fact) => fact !== undefined).join(", ")].filter((part) => part !== "").join("\n\n");
}

function isDistinct(count: Readonly<Record<string, unknown>>): string {
  return count["distinct"] === undefined ? "" : ` distinct \`${String(count["distinct"])}\``;
}

function dataOf(named: readonly Named[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(named.map(({ name, data }) => [name, data]));
}
