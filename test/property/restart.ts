import { expect } from "vitest";
import { Engine } from "../../src/core/engine/engine.ts";
import { SnapshotLedger } from "../../src/core/engine/snapshot-ledger.ts";
import type { EngineSnapshot, UnitData } from "../../src/core/model/snapshot.ts";
import type { StoryChange } from "../../src/core/model/story.ts";
import { ruleSet } from "../support/engine-kit.ts";
import type { Features } from "./features.ts";
import type { Case } from "./profiles.ts";

/** How long the quiet behind the last event is. */
const END_MS = 20_000;

/**
 * An engine that is killed behind any event of the log, and goes on from its snapshot and a part of
 * the log, tells what an undisturbed one tells: the same changes, byte for byte, in the same order.
 * The snapshot is the last of many, each with what has changed since the one before (`every` so many events).
 * Before it is taken the log may have been quiet, for a share of the time up to the next event.
 */
export async function restartMeansNothing(
  { rules, log, limits }: Case,
  { behind, every, quiet }: { readonly behind: number; readonly every: number; readonly quiet: number },
  features: Features,
): Promise<void> {
  const set = ruleSet(...rules);
  const cut = behind % log.length;
  const rest = quietBehind(log, cut, quiet);
  const undisturbed = new Engine({ rules: set, limits });
  const wanted: StoryChange[][] = [];
  for (const [at, entry] of log.entries()) {
    await undisturbed.accept(entry.event, entry);
    if (at === cut) await rest(undisturbed);
    wanted.push(undisturbed.take());
  }
  await undisturbed.end();
  wanted.push(undisturbed.take());

  const killed = new Engine({ rules: set, limits });
  const ledger = new SnapshotLedger();
  const written = new Map<number, readonly UnitData[]>();
  const take = (position: number): EngineSnapshot => {
    const taken = JSON.parse(JSON.stringify(killed.snapshot(position, ledger))) as EngineSnapshot;
    written.set(taken.piece, taken.units);
    return taken;
  };
  for (const [at, entry] of log.slice(0, cut + 1).entries()) {
    await killed.accept(entry.event, entry);
    killed.take();
    if (at < cut && at % every === 0) take(entry.position);
  }
  await rest(killed);
  if (0 < killed.take().length) features.note("restart after something told in the quiet");
  const position = log[cut]?.position ?? 0;
  const last = take(position);
  const pieces = [...last.pieces, last.piece].sort((a, b) => a - b);
  const snapshot = { ...last, units: pieces.flatMap((piece) => written.get(piece) ?? []) };
  if (0 < last.pieces.length) features.note("restart from several pieces");
  if (last.pieces.length + 1 < last.piece && 0 < last.pieces.length) features.note("restart without outdated pieces");
  if (0 < snapshot.stories.length) features.note("restart with stories");
  if (snapshot.since <= position) features.note("restart with open windows");
  if (0 < snapshot.groups.length) features.note("restart with open groups");

  const resumed = new Engine({ rules: set, limits });
  resumed.restore(snapshot);
  const told: StoryChange[][] = [];
  for (const entry of log) {
    if (entry.position < snapshot.since) continue;
    await resumed.accept(entry.event, entry);
    if (position < entry.position) told.push(resumed.take());
  }
  await resumed.end();
  told.push(resumed.take());
  expect(plain(told), `killed behind position ${position}`).toEqual(plain(wanted.slice(cut + 1)));
}

/** Lets an engine know that the log was quiet behind this entry, for a share of the time up to the next one. */
function quietBehind(log: Case["log"], cut: number, share: number): (engine: Engine) => Promise<void> {
  const fromMs = log[cut]?.logTimeMs ?? 0;
  const nextMs = log[cut + 1]?.logTimeMs ?? fromMs + END_MS;
  return async (engine) => {
    if (0 < share) await engine.advance(fromMs + share * (nextMs - fromMs));
  };
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
