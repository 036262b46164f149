import type { EntityFields, ExpectedStory } from "../language/rule-test-file.ts";
import type { EntityRef } from "../model/event.ts";
import { boundIn, type Story } from "../model/story.ts";
import { pairUp } from "./pair-up.ts";
import type { Difference } from "./problem.ts";

/** `pack/id` of the rule that told a story. */
export function ruleKeyOf({ rule }: Story): string {
  return `${rule.pack}/${rule.id}`;
}

/** How a comparison reads a story. */
export interface Comparison {
  /**
   * Whether the order of arrival was not the order of time. When something was told then depends on
   * the order, so `status` and `revision` are not compared; what was told does not.
   */
  readonly shuffled: boolean;
}

/** Everything in which a story is not as expected; empty where it is. */
export function differencesOf(expected: ExpectedStory, story: Story, { shuffled }: Comparison): Difference[] {
  const found: Difference[] = [];
  const same = (path: string, wanted: unknown, got: unknown): void => {
    if (wanted !== undefined && wanted !== got) found.push({ path, expected: shown(wanted), got: shown(got) });
  };
  same("rule", expected.rule, ruleKeyOf(story));
  for (const field of ["summary", "detail", "category", "severity", "traceId"] as const)
    same(field, expected[field], story[field]);
  if (!shuffled) {
    same("status", expected.status, story.status);
    same("revision", expected.revision, story.revision);
  }
  same("confidence", expected.confidence, Math.round(story.confidence * 100) / 100);
  same("events", expected.events, story.events.total);
  same("truncated", expected.truncated, story.truncated ?? false);
  // Nobody is notified of a story in shadow mode: it is none that a case may take for told.
  same("shadow", expected.shadow ?? false, story.shadow ?? false);
  sameList("actions", expected.actions, story.actions, found);
  const { event, ...entity } = expected.rootCause ?? {};
  same("rootCause.event", event, story.rootCause.event);
  for (const [field, wanted] of Object.entries(entity))
    same(`rootCause.${field}`, wanted, story.rootCause.entity[field as keyof EntityRef]);
  for (const [step, ids] of Object.entries(expected.bound ?? {}))
    sameSet(`bound.${step}`, ids, boundIn(story, step) ?? [], found);
  sameSet("superseded", expected.superseded, rulesOf(story.superseded), found);
  sameSet("alsoMatched", expected.alsoMatched, rulesOf(story.alsoMatched), found);
  if (expected.impact !== undefined) sameEntities(expected.impact, story.impact, found);
  return found;
}

function rulesOf(others: Story["superseded"]): string[] {
  return others.map(({ rule }) => rule);
}

function sameSet(
  path: string,
  wanted: readonly string[] | undefined,
  got: readonly string[],
  found: Difference[],
): void {
  if (wanted === undefined) return;
  sameList(path, wanted.toSorted(), got.toSorted(), found);
}

function sameList(
  path: string,
  wanted: readonly string[] | undefined,
  got: readonly string[],
  found: Difference[],
): void {
  if (wanted === undefined) return;
  if (wanted.length === got.length && wanted.every((each, at) => each === got[at])) return;
  found.push({ path, expected: shown(wanted), got: shown(got) });
}

function sameEntities(wanted: readonly EntityFields[], got: readonly EntityRef[], found: Difference[]): void {
  const pairs = pairUp(wanted.length, got.length, (one, other) => fits(wanted[one] ?? {}, got[other]));
  if (wanted.length === got.length && pairs.every((at) => at !== undefined)) return;
  found.push({ path: "impact", expected: shown(wanted), got: shown(got) });
}

function fits(wanted: EntityFields, got: EntityRef | undefined): boolean {
  return Object.entries(wanted).every(([field, value]) => got?.[field as keyof EntityRef] === value);
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
