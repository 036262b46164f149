import { isExactType } from "../expression/event-types.ts";
import type { EventTest, Rule } from "../model/rule.ts";
import type { Findings } from "./findings.ts";
import { nearest } from "./nearest.ts";
import type { Place } from "./yaml-tree.ts";

const PREFIX = "story.";
/** Most levels of stories: a story, one made of it, and one made of that. */
const LEVELS_MAX = 3;

/** The rules of all loaded packs by id: what `story.<id>` names. */
export type RulesById = ReadonlyMap<string, readonly Rule[]>;

/** Groups rules by id. */
export function rulesById(rules: Iterable<Rule>): RulesById {
  return Map.groupBy(rules, ({ id }) => id);
}

/** Reports `story.` types that no loaded rule tells, or that the rule never sees. */
export function checkStoryTypes(rule: Rule, place: Place, findings: Findings, byId: RulesById): void {
  const parts = [
    ["steps", rule.steps],
    ["absent", rule.absent],
    ["resolve", rule.resolve],
  ] as const satisfies readonly (readonly [string, readonly EventTest[]])[];
  for (const [key, tests] of parts) {
    tests.forEach((test: EventTest, at) => {
      for (const id of storiesOf(test)) reportUntold(id, [...place, key, at, "type"], findings, byId);
      if (key === "resolve" || rule.joins.length === 0) reportUnseen(test, key, [...place, key, at, "type"], findings);
    });
  }
}

/** Stories are put into the groups of joins and nowhere else: the trace that they are about does not hold them. */
function reportUnseen({ types = [] }: EventTest, key: string, place: Place, findings: Findings): void {
  for (const type of types.filter((each) => each.startsWith(PREFIX))) {
    const [message, hint] =
      key === "resolve"
        ? [`\`${type}\` ends no story`, "name the events that say that it is over"]
        : [`without \`join\` this rule never sees \`${type}\``, "add a `join`, or name the events themselves"];
    findings.atValue(place, { code: "TAP238", message, hint, part: type });
  }
}

function reportUntold(id: string, place: Place, findings: Findings, byId: RulesById): void {
  const told = byId.get(id);
  if (told?.some(({ mode }) => mode === "active") === true) return;
  const near = told === undefined ? nearest(id, byId.keys()) : undefined;
  const message =
    told === undefined ? `no loaded pack has a rule \`${id}\`` : `\`${id}\` is a shadow rule, and those are no events`;
  const hint = near === undefined ? undefined : `did you mean \`${PREFIX}${near}\`?`;
  findings.atValue(place, { code: "TAP235", message, hint, part: `${PREFIX}${id}` });
}

/** Reports a rule that waits for its own story, or for more levels of stories than there are. */
export function checkStoryLevels(rule: Rule, place: Place, findings: Findings, ways: StoryWays): void {
  const way = ways.longest(rule, LEVELS_MAX + 1);
  if (way.length <= LEVELS_MAX) return;
  const first = rule.steps.findIndex((step) => 0 < storiesOf(step).length);
  const round = way.indexOf(rule, 1);
  const names = way.slice(0, round === -1 ? undefined : round + 1).map(({ id }) => `\`${id}\``);
  const message =
    round === -1
      ? `stories have at most ${LEVELS_MAX} levels, and these have more: ${names.join(" of ")}`
      : `this rule waits for its own story: ${names.join(" of ")}`;
  findings.atKey([...place, "steps", first, "type"], { code: "TAP236", message });
}

/** The longest ways down from rules through the stories that their steps name. */
export class StoryWays {
  readonly #byId: RulesById;
  readonly #known = new Map<number, Map<Rule, readonly Rule[]>>();

  constructor(byId: RulesById) {
    this.#byId = byId;
  }

  /** A longest way of at most `most` rules; the rule itself is its first. */
  longest(rule: Rule, most: number): readonly Rule[] {
    const known = this.#known.get(most) ?? new Map<Rule, readonly Rule[]>();
    this.#known.set(most, known);
    const before = known.get(rule);
    if (before !== undefined) return before;
    let below: readonly Rule[] = [];
    for (const id of most === 1 ? [] : rule.steps.flatMap(storiesOf)) {
      for (const next of this.#byId.get(id) ?? []) {
        const way = this.longest(next, most - 1);
        if (below.length < way.length) below = way;
      }
    }
    const way = [rule, ...below];
    known.set(rule, way);
    return way;
  }
}

/** The ids of the rules whose stories a test asks for by name. */
function storiesOf({ types = [] }: EventTest): readonly string[] {
  return types.filter((type) => type.startsWith(PREFIX) && isExactType(type)).map((type) => type.slice(PREFIX.length));
}
