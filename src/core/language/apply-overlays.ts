import { canonicalJson } from "../model/hash.ts";
import type { Rule, RulePack } from "../model/rule.ts";
import { idleBounds } from "./check-order.ts";
import type { RelatedPlace } from "./diagnostic.ts";
import { digestOf, meaningDigestOf } from "./digest.ts";
import { suggest } from "./nearest.ts";
import type { RawOverlay, RawPatch, RawSet } from "./raw-overlay.ts";
import { except, type OverlayContext, tune } from "./read-patch.ts";
import type { FileReading } from "./read-rule-file.ts";
import type { Place } from "./yaml-tree.ts";

/** What overlays made of the rules, by key: a rule with new values, or `undefined` for one that is switched off. */
type Changes = Map<string, Rule | undefined>;

/**
 * Lays overlays over the packs without an error, in the order of the files, and reports what is wrong with
 * the overlays. One with an error changes nothing.
 */
export function applyOverlays(readings: readonly FileReading[], today: string | undefined): readonly RulePack[] {
  const state: State = {
    rules: new Map(readings.flatMap(({ pack }) => (pack?.rules ?? []).map((rule) => [rule.key, rule]))),
    allRead: readings.every(({ pack, overlay }) => pack !== undefined || overlay !== undefined),
    changes: new Map(),
    values: new Map(),
    today,
  };
  for (const { findings, overlay } of readings) {
    if (overlay === undefined) continue;
    const context = { pack: overlay, findings, usedLists: new Set<string>(), today };
    const draft: Changes = new Map(state.changes);
    for (const [at, patch] of overlay.patches.entries()) applyPatch(patch, ["patches", at], draft, context, state);
    reportUnusedLists(overlay, context);
    if (!findings.hasErrors) state.changes = draft;
  }
  const sound = readings.flatMap(({ pack, findings }) => (pack === undefined || findings.hasErrors ? [] : [pack]));
  return sound.map((pack) => changed(pack, state.changes));
}

interface State {
  readonly rules: ReadonlyMap<string, Rule>;
  /** Whether no file stayed unread, so that a rule that is not there can't be in one of those. */
  readonly allRead: boolean;
  changes: Changes;
  /** By rule and value: who set it first. */
  readonly values: Map<string, RelatedPlace>;
  readonly today: string | undefined;
}

function applyPatch(patch: RawPatch, place: Place, draft: Changes, context: OverlayContext, state: State): void {
  const { findings } = context;
  const original = state.rules.get(patch.rule);
  if (original === undefined) {
    if (!state.allRead) return;
    const message = `no loaded pack has a rule \`${patch.rule}\``;
    findings.atValue([...place, "rule"], { code: "TAP252", message, hint: suggest(patch.rule, state.rules.keys()) });
    return;
  }
  reportSetTwice(patch, place, context, state);
  let rule = draft.has(patch.rule) ? draft.get(patch.rule) : original;
  const isOff = rule === undefined || patch.disable === true;
  if (isOff && (patch.set !== undefined || patch.except !== undefined)) {
    const message = `\`${patch.rule}\` is switched off, so this changes nothing`;
    findings.atKey([...place, patch.set === undefined ? "except" : "set"], { code: "TAP256", message });
  }
  rule ??= original;
  if (patch.set !== undefined) {
    const before = rule;
    rule = tune(rule, patch.set, [...place, "set"], context);
    reportIdleBounds(before, rule, patch.set, [...place, "set"], context);
    if (!isOff && canonicalJson(before) === canonicalJson(rule) && !findings.hasErrors) {
      const message = `\`${patch.rule}\` has these values already`;
      findings.atKey([...place, "set"], { code: "TAP256", message, hint: "leave them out" });
    }
  }
  for (const [at, exception] of (patch.except ?? []).entries()) {
    rule = except(rule, exception, [...place, "except", at], context);
  }
  draft.set(patch.rule, isOff ? undefined : rule);
}

/** Bounds that decide nothing any more once the new values are in; those of the pack itself are told there. */
function reportIdleBounds(before: Rule, rule: Rule, set: RawSet, place: Place, { findings }: OverlayContext): void {
  const known = new Set(idleBounds(before.steps, before.withinMs).map(({ message }) => message));
  const gaps = Object.keys(set.steps ?? {}).filter((name) => set.steps?.[name]?.within !== undefined);
  for (const { at, message, hint } of idleBounds(rule.steps, rule.withinMs)) {
    if (known.has(message)) continue;
    const name = at === undefined ? undefined : rule.steps[at]?.as;
    const step = name !== undefined && gaps.includes(name) ? name : set.within === undefined ? gaps[0] : undefined;
    const own = step === undefined ? ["within"] : ["steps", step, "within"];
    findings.atValue([...place, ...own], { code: "TAP215", message: `\`${rule.key}\`: ${message}`, hint });
  }
}

/** Two overlays, or two patches, that set one value would leave it to the order of the files which of them counts. */
function reportSetTwice(patch: RawPatch, place: Place, { findings }: OverlayContext, { values }: State): void {
  for (const way of valuesOf(patch.set ?? {})) {
    const name = `${patch.rule} ${way.join(".")}`;
    const first = values.get(name);
    if (first !== undefined) {
      const { line } = first.source.positionAt(first.span.start);
      const message = `\`${way.join(".")}\` of \`${patch.rule}\` is already set in ${first.source.file}, line ${line}`;
      const hint = "keep one of the two";
      findings.atKey([...place, "set", ...way], { code: "TAP255", message, hint, related: [first] });
    } else values.set(name, findings.related([...place, "set", ...way], "first set here"));
  }
}

/** The ways to all single values of a tree of maps. */
function valuesOf(node: object): readonly (readonly string[])[] {
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null ? valuesOf(value).map((way) => [key, ...way]) : [[key]],
  );
}

function reportUnusedLists({ lists }: RawOverlay, { findings, usedLists }: OverlayContext): void {
  for (const name of Object.keys(lists ?? {})) {
    if (!usedLists.has(name))
      findings.atKey(["lists", name], { code: "TAP207", message: `nothing uses the list \`${name}\`` });
  }
}

/** A pack with its changed rules; their digests and its own say that it is not the pack alone. */
function changed(pack: RulePack, changes: ReadonlyMap<string, Rule | undefined>): RulePack {
  if (!pack.rules.some(({ key }) => changes.has(key))) return pack;
  const after = pack.rules.map((rule) => (changes.has(rule.key) ? changes.get(rule.key) : rule));
  if (after.every((rule, at) => canonicalJson(rule ?? null) === canonicalJson(pack.rules[at]))) return pack;
  const rules = after.flatMap((rule) =>
    rule === undefined ? [] : [{ ...rule, meaningDigest: meaningDigestOf(rule) }],
  );
  const digest = digestOf([pack.digest, rules.map(({ key, meaningDigest }) => [key, meaningDigest])]);
  return { ...pack, digest, rules: rules.map((rule) => ({ ...rule, packDigest: digest })) };
}
