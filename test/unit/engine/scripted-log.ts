import { Engine } from "../../../src/core/engine/engine.ts";
import type { Event } from "../../../src/core/model/event.ts";
import type { EngineLimits } from "../../../src/core/model/limits.ts";
import type { RuleSet } from "../../../src/core/model/rule.ts";
import type { StoryChange } from "../../../src/core/model/story.ts";
import { START_MS } from "../../support/engine-kit.ts";

/** Windows of eight seconds, fourteen at most. */
export const onWindows: Partial<EngineLimits> = { correlationWindowMs: 8_000, maxWindowMs: 14_000 };

/** Feeds events at given log times, in seconds from the start, and ends the input unless told to leave it open. */
export async function runAt(
  rules: RuleSet,
  log: readonly (readonly [logTimeS: number, event: Event])[],
  limits: Partial<EngineLimits> = {},
  end: "end" | "open" = "end",
): Promise<StoryChange[]> {
  const engine = new Engine({ rules, limits });
  for (const [at, [logTimeS, one]] of log.entries())
    await engine.accept(one, { logTimeMs: START_MS + logTimeS * 1000, position: at + 1 });
  if (end === "end") await engine.end();
  return engine.take();
}
