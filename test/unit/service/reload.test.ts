import { expect, test } from "vitest";
import type { RuleSet } from "../../../src/core/model/rule.ts";
import { type LoadedPacks, type PackFinding, PackSourceError } from "../../../src/ports/pack-source.ts";
import { type ReloadOutcome, RuleReloader, type RuleReloaderOptions } from "../../../src/service/reload.ts";
import { rule, ruleSet, step } from "../../support/engine-kit.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const rulesOf = (digest: string): RuleSet => ({ ...ruleSet(rule("r", [step("a", "x.a")])), digest });
const FIRST = rulesOf("sha256:1");
const loadedOf = (rules: RuleSet, ...findings: readonly PackFinding[]): LoadedPacks => ({ rules, findings, files: [] });
const finding = (severity: "error" | "warning"): PackFinding => ({
  code: "TAP012",
  severity,
  message: "there is no step b",
  file: "rules/team.yaml",
  line: 7,
  column: 3,
  rendered: "",
});

function reloader(load: () => Promise<LoadedPacks>, more: Partial<RuleReloaderOptions> = {}) {
  const outcomes: ReloadOutcome[] = [];
  const swapped: string[] = [];
  const engine = { swapRules: (rules: RuleSet) => void swapped.push(rules.digest) };
  const clock = new VirtualClock(1_000);
  const onOutcome = (outcome: ReloadOutcome) => void outcomes.push(outcome);
  const made = new RuleReloader({ packs: { load }, rules: FIRST, clock, onOutcome, ...more });
  return { reloader: made, outcomes, swapped, engine, clock };
}

test("what has been loaded is swapped in once, when it is asked for", async () => {
  const { reloader: rules, engine, swapped, clock } = reloader(async () => loadedOf(rulesOf("sha256:2")));
  await clock.advance(500);
  expect(await rules.reload()).toEqual({ outcome: "loaded", rules: 1, digest: "sha256:2" });
  expect(swapped).toEqual([]);
  rules.swapInto(engine);
  rules.swapInto(engine);
  expect(swapped).toEqual(["sha256:2"]);
  expect(rules.state).toMatchObject({ reloads: 1, failures: 0, loadedAtMs: 1_500, rules: { digest: "sha256:2" } });
});

test("the same rules are not swapped in", async () => {
  const { reloader: rules, engine, swapped } = reloader(async () => loadedOf(FIRST));
  expect(await rules.reload()).toEqual({ outcome: "unchanged", digest: "sha256:1" });
  rules.swapInto(engine);
  expect(swapped).toEqual([]);
});

test.for([
  [
    "a finding",
    async () => loadedOf(rulesOf("sha256:2"), finding("error"), finding("warning")),
    "rules/team.yaml:7:3: TAP012: there is no step b",
  ],
  ["no files", () => Promise.reject(new PackSourceError("rules: there is no file or folder x")), "rules: there is no"],
  ["a bug", () => Promise.reject(new TypeError("a bug")), "rules: TypeError: a bug"],
] as const)("%s changes nothing, and says where", async ([, load, problem]) => {
  const { reloader: rules, engine, swapped } = reloader(load);
  expect(await rules.reload()).toMatchObject({ outcome: "failed", problems: [expect.stringContaining(problem)] });
  rules.swapInto(engine);
  expect(swapped).toEqual([]);
  expect(rules.state).toMatchObject({ rules: { digest: "sha256:1" }, failures: 1, reloads: 0 });
});

test("rules whose own tests fail are not taken; the next good ones end the trouble", async () => {
  let problems: readonly string[] = Array.from({ length: 23 }, (_, n) => `case ${n} fails`);
  const test = async (): Promise<readonly string[]> => problems;
  const { reloader: rules, engine, swapped } = reloader(async () => loadedOf(rulesOf("sha256:2")), { test });
  await rules.reload();
  expect(rules.state.problems).toHaveLength(21);
  expect(rules.state.problems.at(-1)).toBe("and 3 more");
  problems = [];
  await rules.reload();
  expect(rules.state).toMatchObject({ problems: [], reloads: 1, failures: 1 });
  rules.swapInto(engine);
  expect(swapped).toEqual(["sha256:2"]);
});

test("the good rules that come back after bad ones end the trouble too", async () => {
  const loads = [loadedOf(rulesOf("sha256:2"), finding("error")), loadedOf(FIRST)];
  const { reloader: rules } = reloader(async () => loads.shift() ?? loadedOf(FIRST));
  await rules.reload();
  expect(rules.state.problems).toHaveLength(1);
  await rules.reload();
  expect(rules.state.problems).toEqual([]);
});

test("asked for while at it, it loads once more, however often it was asked", async () => {
  const loads: ((loaded: LoadedPacks) => void)[] = [];
  const { reloader: rules, outcomes } = reloader(() => new Promise((resolve) => loads.push(resolve)));
  const [first, second, third] = [rules.reload(), rules.reload(), rules.reload()];
  expect(loads).toHaveLength(1);
  loads[0]?.(loadedOf(rulesOf("sha256:2")));
  await first;
  await Promise.resolve();
  expect(loads).toHaveLength(2);
  loads[1]?.(loadedOf(rulesOf("sha256:3")));
  expect(await second).toMatchObject({ digest: "sha256:3" });
  expect(await third).toMatchObject({ digest: "sha256:3" });
  expect(outcomes).toHaveLength(2);
});
