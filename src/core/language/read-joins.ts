import { invariant } from "../model/invariant.ts";
import { type FieldPath, parsePath } from "../model/path.ts";
import type { EventTest, Join } from "../model/rule.ts";
import { kindsOf } from "./compare-tests.ts";
import { isClusterScoped } from "./event-fields.ts";
import { listed } from "./nearest.ts";
import { readFieldPath } from "./pack-context.ts";
import type { RawJoin } from "./raw-pack.ts";
import { isStep, type RuleContext } from "./rule-context.ts";
import type { Place } from "./yaml-tree.ts";

const FAN_OUT_MAX = 50;

/** The steps and absences of a rule by name, as they were read. */
export type Slots = ReadonlyMap<string, EventTest & { readonly required: boolean }>;

/** Reads what must be equal across traces, and reports what is wrong with it. */
export function readJoins(slots: Slots, context: RuleContext): readonly Join[] {
  const { join } = context.rule;
  if (join === undefined) return [];
  const place = [...context.place, "join"];
  if (typeof join === "string") return readShorthand(join, place, slots, context);
  const joins = join.map((raw, at) => readJoin(raw, [...place, at], slots, context));
  reportDuplicates(join, place, context);
  const keyed = new Set(join.flatMap(({ keys }) => Object.keys(keys)));
  const missing = [...slots].filter(([name, { required }]) => required && !keyed.has(name)).map(([name]) => name);
  if (0 < missing.length) {
    const steps = missing.length === 1 ? "step" : "steps";
    context.findings.atKey(place, {
      code: "TAP231",
      message: `this join leaves the required ${steps} ${listed(missing)} without a key`,
      hint: "name a field for it under `keys`",
    });
  }
  return joins;
}

function readShorthand(join: string, place: Place, slots: Slots, { findings }: RuleContext): readonly Join[] {
  if (join !== "node") {
    findings.atValue(place, {
      code: "TAP104",
      message: `\`join\` can't be \`${join}\``,
      hint: "it is `node`, or a list of joins",
    });
    return [];
  }
  const [ofNodes, ofOthers] = [parsePath("entity.name"), parsePath("entity.node")];
  invariant(ofNodes !== undefined && ofOthers !== undefined, "these are field paths");
  const keys = [...slots].map(([name, test]): [string, FieldPath[]] => [
    name,
    [isAboutNodes(test) ? ofNodes : ofOthers],
  ]);
  return [{ as: "node", keys: Object.fromEntries(keys), ignore: [], maxFanOut: FAN_OUT_MAX * 20 }];
}

function readJoin(raw: RawJoin, place: Place, slots: Slots, context: RuleContext): Join {
  const keys: Record<string, readonly FieldPath[]> = {};
  let length: number | undefined;
  for (const [name, written] of Object.entries(raw.keys)) {
    const at = [...place, "keys", name];
    const texts = typeof written === "string" ? [written] : written;
    const known = [...slots.keys()];
    if (!isStep(name, at, context, { known, atKey: true })) continue;
    const paths = texts.map((text, index) => {
      const where = typeof written === "string" ? at : [...at, index];
      const path = readFieldPath(text, { place: where, of: "event" }, context.findings);
      if (path !== undefined) checkKind(text, where, slots.get(name), context);
      return path;
    });
    length ??= texts.length;
    if (texts.length !== length) {
      const message = `the key of \`${name}\` has ${texts.length} fields, and the first key has ${length}`;
      context.findings.atKey(at, { code: "TAP233", message });
    }
    keys[name] = paths.filter((path) => path !== undefined);
  }
  return { as: raw.as, keys, ignore: raw.ignore ?? [], maxFanOut: raw.maxFanOut ?? FAN_OUT_MAX };
}

function reportDuplicates(joins: readonly RawJoin[], place: Place, { findings }: RuleContext): void {
  const seen = new Set<string>();
  joins.forEach(({ as }, at) => {
    if (seen.has(as))
      findings.atValue([...place, at, "as"], { code: "TAP211", message: `this rule already has a join \`${as}\`` });
    seen.add(as);
  });
}

function checkKind(text: string, place: Place, slot: EventTest | undefined, { findings }: RuleContext): void {
  if (text !== "entity.namespace" || slot === undefined) return;
  const kinds = kindsOf(slot);
  if (kinds === undefined || !kinds.every(isClusterScoped)) return;
  const message = `\`${kinds.join("`, `")}\` has no namespace, so this key is always missing`;
  findings.atValue(place, { code: "TAP232", message, hint: "leave it out of every key of this join" });
}

function isAboutNodes(test: EventTest): boolean {
  return kindsOf(test)?.every((kind) => kind.toLowerCase() === "node") ?? false;
}
