import type { StoryChange } from "../../src/core/model/story.ts";
import { Oracle, type Ruling } from "../oracle/oracle.ts";
import type { Entry } from "../oracle/words.ts";
import { runEngine } from "./engine-side.ts";
import type { Features } from "./features.ts";
import type { Case } from "./profiles.ts";

/**
 * No story is told before its rule holds by what the log has shown so far, its absences decided
 * (contract.md §3.6), and before it has held for `settle` (§3.8). For rules with stories of their own.
 */
export async function neverTellsEarly(given: Case, features: Features): Promise<void> {
  const { rules, log, limits } = given;
  const told: { readonly change: StoryChange; readonly after: number }[] = [];
  let read = 0;
  const engine = await runEngine(rules, log, limits, (running) => {
    read++;
    for (const change of running.take()) if (change.kind === "told") told.push({ change, after: read });
  });
  engine.take();
  for (const { change, after } of told) {
    const rule = rules.find(({ id }) => id === change.story.rule.id);
    const nowMs = log[after - 1]?.logTimeMs ?? 0;
    const now = [rulingsAt(given, after, nowMs), rulingsAt(given, after - 1, nowMs)].flat();
    const holds = now.filter((ruling) => isOf(change, ruling) && isHolding(ruling));
    if (holds.length === 0) throw new Error(`told too early, after ${after} entries:\n${JSON.stringify(change.story)}`);
    const settleMs = rule?.settleMs ?? 0;
    if (settleMs === 0 || holds.some(({ span }) => span.closed)) continue;
    features.note("told after settling, before its window closed");
    if (
      !moments(log, after, nowMs - settleMs).some(([entries, at]) =>
        rulingsAt(given, entries, at).some((ruling) => isOf(change, ruling) && isHolding(ruling)),
      )
    )
      throw new Error(`told before it settled, after ${after} entries:\n${JSON.stringify(change.story)}`);
  }
  if (0 < told.length) features.note("told before the end of input");
}

/** What was known after each entry and right before the next one, up to a log time. */
function moments(log: readonly Entry[], entries: number, untilMs: number): [number, number][] {
  const before = log.slice(0, entries).filter(({ logTimeMs }) => logTimeMs <= untilMs);
  return before.flatMap(({ logTimeMs }, at): [number, number][] => [
    [at + 1, logTimeMs],
    [at + 1, Math.min(log[at + 1]?.logTimeMs ?? untilMs, untilMs)],
  ]);
}

function rulingsAt({ rules, log, limits }: Case, entries: number, nowMs: number): Ruling[] {
  const oracle = new Oracle(rules, limits);
  for (const entry of log.slice(0, entries)) oracle.read(entry);
  oracle.advance(nowMs);
  return oracle.rulings();
}

function isOf({ story }: StoryChange, { rule, group }: Ruling): boolean {
  return rule.id === story.rule.id && group === Object.values(story.group)[0];
}

function isHolding({ judgement }: Ruling): boolean {
  return judgement !== undefined && judgement !== "undecided";
}
