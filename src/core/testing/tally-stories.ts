import type { EntityRef } from "../model/event.ts";
import type { Story } from "../model/story.ts";
import { ruleKeyOf } from "./compare-story.ts";

/** What a rule told. */
export interface RuleTally {
  readonly rule: string;
  readonly stories: number;
  /** By day of the root cause, UTC: `2026-03-01`. */
  readonly perDay: Readonly<Record<string, number>>;
  /** Share of its stories about an entity that it had told of before on the same day. */
  readonly noise: number;
  readonly shadow: boolean;
}

/** Counts stories by rule and day, the rule that told most first. */
export function tallyStories(stories: readonly Story[]): RuleTally[] {
  return [...Map.groupBy(stories, ruleKeyOf)]
    .map(([rule, told]) => {
      const perDay: Record<string, number> = {};
      for (const story of told) perDay[dayOf(story)] = (perDay[dayOf(story)] ?? 0) + 1;
      const distinct = new Set(told.map((story) => `${dayOf(story)} ${entityKey(story.rootCause.entity)}`)).size;
      const noise = (told.length - distinct) / told.length;
      return { rule, stories: told.length, perDay, noise, shadow: told.every(({ shadow }) => shadow === true) };
    })
    .sort((a, b) => b.stories - a.stories || (a.rule < b.rule ? -1 : 1));
}

function dayOf({ rootCause }: Story): string {
  return rootCause.time.slice(0, 10);
}

function entityKey({ cluster = "", kind, namespace = "", name }: EntityRef): string {
  return [cluster, kind, namespace, name].join("/");
}
