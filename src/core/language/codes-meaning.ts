import type { CodeEntry } from "./codes.ts";

const error = "error" as const;
const warning = "warning" as const;

/** Codes about what a pack or a rule test means. */
export const MEANING_CODES = {
  TAP201: {
    severity: error,
    title: "not a duration",
    explanation:
      "A duration is a number and a unit (`ms`, `s`, `m`, `h`, `d`), such as `90s` or `1h30m`. `within` must be longer than zero.",
  },
  TAP202: {
    severity: error,
    title: "not a field path",
    explanation:
      "A field path is dotted, such as `entity.name`, `related[role=mounts].name`, `related[*].name` or `related[0].name`.",
  },
  TAP203: {
    severity: error,
    title: "bad regular expression",
    explanation:
      "`matches` takes RE2 syntax: no look-around and no back-references, so that every pattern runs in linear time.",
  },
  TAP204: {
    severity: error,
    title: "event type that is not lower case",
    explanation:
      "Event types are lower case and dotted, so this one matches no event. A Kubernetes reason stays as it is written in the field `reason`.",
  },
  TAP205: {
    severity: error,
    title: "unknown list",
    explanation: "`$name` in `where` stands for a list under `lists` of the same pack.",
  },
  TAP206: {
    severity: error,
    title: "unknown pattern",
    explanation: "`use` names a pattern under `patterns` of the same pack.",
  },
  TAP207: { severity: warning, title: "list that nothing uses", explanation: "Remove the list, or use it as `$name`." },
  TAP208: {
    severity: warning,
    title: "pattern that nothing uses",
    explanation: "Remove the pattern, or use it as `use: name`.",
  },
  TAP209: {
    severity: warning,
    title: "negation over a field that may be missing",
    explanation:
      "A missing field makes every operator false, negative ones and those under `not` too. Say which you mean: add `exists: true` for the same field, or ask `exists: false` instead.",
  },
  TAP210: {
    severity: error,
    title: "test that every event passes",
    explanation: "A step, an absence or a `resolve` entry needs at least one of `type`, `use` and `where`.",
  },
  TAP211: {
    severity: error,
    title: "name given twice",
    explanation: "Steps and absences of a rule share one set of names; the joins of a rule have another.",
  },
  TAP212: {
    severity: error,
    title: "unknown step",
    explanation: "`after`, `from`, `to`, `keys`, `fact` and templates name steps of the same rule.",
  },
  TAP213: {
    severity: error,
    title: "cycle of steps",
    explanation: "Steps that follow each other in a circle can never hold. Remove one `after`.",
  },
  TAP214: {
    severity: error,
    title: "gap without a step to follow",
    explanation:
      "`within` on a step is the longest gap from the steps of `after`. Add `after`, or put `within` on the rule.",
  },
  TAP215: {
    severity: warning,
    title: "bound that decides nothing",
    explanation:
      "The gaps of the steps already keep the rule within this bound, or the rule's bound is shorter than the gap. Remove the one that decides nothing, or change it.",
  },
  TAP216: {
    severity: error,
    title: "rule without a required step",
    explanation: "A rule whose steps are all optional would hold always. Make at least one step required.",
  },
  TAP217: {
    severity: error,
    title: "type given twice",
    explanation: "The pattern already says the type. Leave out `type`, or make a pattern without one.",
  },
  TAP218: {
    severity: warning,
    title: "key that changes nothing",
    explanation:
      "What is written here is so anyway, and the rule means the same without it. Remove it, or write what was meant.",
  },
  TAP219: {
    severity: error,
    title: "test that no event can pass",
    explanation:
      "The tests of one field contradict each other, so this step is never seen. A pattern's tests count too: those beside `use` add to them, and don't replace them.",
  },
  TAP220: {
    severity: warning,
    title: "type and field that don't go together",
    explanation:
      "The kind is part of a Kubernetes type (`k8s.<kind>.<reason>`), cluster-scoped kinds have no namespace, and the source of `story.` types is `story`. An event with this type and this value is hardly ever seen.",
  },
  TAP221: {
    severity: error,
    title: "rule id given twice",
    explanation: "The id of a rule is unique in its pack: stories are known by `pack/id`.",
  },
  TAP222: {
    severity: error,
    title: "pack name given twice",
    explanation: "The name of a pack is unique over all loaded packs. Neither of two packs with one name is loaded.",
  },
  TAP223: {
    severity: warning,
    title: "supersedes a rule that is not there",
    explanation:
      "Its pack is loaded and does not have this rule, or a rule with nearly this name is. A rule of a pack that is loaded elsewhere is no finding.",
  },
  TAP224: {
    severity: error,
    title: "rule supersedes itself",
    explanation: "A rule can't outrank itself, directly or through others.",
  },
  TAP225: {
    severity: error,
    title: "engine does not fit",
    explanation: "The pack asks for another version of the engine than this one.",
  },
  TAP226: {
    severity: error,
    title: "not a version or a range",
    explanation: "A version is `major.minor.patch`. A range is comparisons that must all hold, such as `>=0.1 <1`.",
  },
  TAP227: {
    severity: warning,
    title: "rule that another always hides",
    explanation:
      "A rule that ranks above this one, or supersedes it, holds whenever this one does, so it is never the headline. Remove it, raise its priority, or make it `standalone`.",
  },
  TAP228: {
    severity: warning,
    title: "rule id that another pack has",
    explanation:
      "Stories are known by `pack/id`, but their events are of type `story.<id>`: a rule over stories can't tell the two apart, and people hardly can. Give one of them another id before it is in use.",
  },
  TAP231: {
    severity: error,
    title: "step without a join key",
    explanation:
      "With `join` a rule looks across traces, so every required step needs a key in at least one join, or nothing ties it to the others.",
  },
  TAP232: {
    severity: error,
    title: "key that can't exist for this kind",
    explanation: "Cluster-scoped kinds have no namespace, so the key is always missing and nothing is ever joined.",
  },
  TAP233: {
    severity: error,
    title: "keys of different length",
    explanation: "All keys of a join are compared value by value, so each needs the same number of fields.",
  },
  TAP234: {
    severity: error,
    title: "bad range of an absence",
    explanation:
      "`from` and `to` are the name of a step, or `step + duration` or `step - duration`, and `to` lies after `from`.",
  },
  TAP235: {
    severity: warning,
    title: "story of a rule that is not there",
    explanation:
      "`story.<id>` is told by the rule with this id, in any loaded pack. That is right where the other pack is loaded elsewhere; otherwise it is a misspelt id. Shadow rules are no events.",
  },
  TAP236: {
    severity: error,
    title: "stories in a circle, or too deep",
    explanation:
      "A rule can't wait for a story that waits for its own. Stories of stories have at most three levels, so that one fact never becomes an endless row of them.",
  },
  TAP237: {
    severity: warning,
    title: "resolve that its own steps pass",
    explanation:
      "An event that this step takes also passes `resolve`, so more evidence would end the story. Ask in `resolve` for what says that it is over.",
  },
  TAP238: {
    severity: warning,
    title: "story that the rule never sees",
    explanation:
      "Stories are events for rules with `join` alone: a rule without one looks at the events of a single trace, so such a step never holds, and such an absence always does. `resolve` looks at events only, never at stories.",
  },
  TAP239: {
    severity: warning,
    title: "absence that a step takes",
    explanation:
      "A step takes along every further event that passes its test, and what a step has taken breaks no absence. So this absence always holds, whatever comes. Ask in one of the two for what sets it apart, or give the step `pick: last`: then it takes one event alone.",
  },
  TAP241: {
    severity: error,
    title: "bad template",
    explanation:
      "Templates are Liquid with the tags `if`, `unless`, `for`, `case` and `assign`, and the filters `since`, `clock`, `duration`, `bytes`, `quoted`, `sentence`, `default`, `join`, `first`, `last`, `truncate`, `size`, `upcase`, `downcase`, `map` and `uniq`.",
  },
  TAP242: {
    severity: error,
    title: "no such field",
    explanation:
      "Events have the fields of event.schema.json; anything of one's own is under `attributes`. A bound step has `count`, `distinct`, `first`, `last` and `all` besides.",
  },
  TAP243: {
    severity: warning,
    title: "optional step used without asking",
    explanation:
      "Where the optional step is not bound, the story would say `‹missing: …›`. Put the words inside `{% if step %}`, or give a `default`.",
  },
  TAP244: {
    severity: error,
    title: "bad conditions",
    explanation:
      "`conditions` are json-rules-engine's `all`, `any`, `not`, `fact`, `path`, `operator` and `value`, and nothing else.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
