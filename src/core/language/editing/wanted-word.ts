import type { Place } from "../yaml-tree.ts";

/** What the word at a place of a rule file stands for, besides what its schema says. */
export type WantedWord =
  /** A step of the same rule. */
  | "step"
  /** A step of the same rule, perhaps with a duration: `crash + 5m`. */
  | "moment"
  /** A step or an absence of the same rule. */
  | "slot"
  /** A step, or an absence, of a rule that the file names nearby. */
  | "stepOfRule"
  | "absenceOfRule"
  | "pattern"
  | "template"
  | "rule"
  | "eventType"
  | "eventField"
  | "stepField"
  | "storyText"
  /** A value of `where`: perhaps a `$list`. */
  | "whereValue"
  /** The id of an event of the same case. */
  | "eventId"
  | "packFile";

const SLOTS = "rules/#/(?:steps|absent|resolve)/#";
const EXPECTED = "cases/#/(?:expect|at/#)";
const EVENT_TEST = `(?:${SLOTS}|patterns/[^/]+)`;
const WHERE = `(?:${EVENT_TEST}|patches/#/except/#)/where`;

const VALUES: readonly (readonly [way: RegExp, wanted: WantedWord])[] = rows([
  ["rules/#/steps/#/after(?:/#)?", "step"],
  ["rules/#/absent/#/(?:from|to)", "moment"],
  [`${SLOTS}/use`, "pattern"],
  [`${EVENT_TEST}/type(?:/#)?`, "eventType"],
  ["(?:templates/[^/]+|cases/#/events/#)/type", "eventType"],
  ["rules/#/steps/#/count/distinct", "eventField"],
  ["rules/#/join/#/keys/[^/]+(?:/#)?", "eventField"],
  ["rules/#/conditions/.*fact", "step"],
  ["rules/#/conditions/.*path", "stepField"],
  ["rules/#/supersedes(?:/#)?", "rule"],
  ["rules/#/story/(?:summary|detail|runbook|actions/#)", "storyText"],
  [`${WHERE}/.+`, "whereValue"],
  ["patches/#/rule", "rule"],
  ["patches/#/except/#/step(?:/#)?", "stepOfRule"],
  ["patches/#/set/absent/[^/]+/(?:from|to)", "stepOfRule"],
  ["cases/#/events/#/use", "template"],
  [`${EXPECTED}/notStories(?:/#)?`, "rule"],
  [`${EXPECTED}/stories/#/rule`, "rule"],
  [`${EXPECTED}/stories/#/(?:superseded|alsoMatched)(?:/#)?`, "rule"],
  [`${EXPECTED}/stories/#/bound/[^/]+(?:/#)?`, "eventId"],
  [`${EXPECTED}/stories/#/rootCause/event`, "eventId"],
  [`${EXPECTED}/why/[^/]+/step`, "stepOfRule"],
  ["packs(?:/#)?", "packFile"],
]);

const KEYS: readonly (readonly [way: RegExp, wanted: WantedWord])[] = rows([
  ["rules/#/join/#/keys/[^/]+", "slot"],
  [`${WHERE}/(?:(?:all|any)/#/|not/)*[^/#]+`, "eventField"],
  ["patches/#/set/steps/[^/]+", "stepOfRule"],
  ["patches/#/set/absent/[^/]+", "absenceOfRule"],
  [`${EXPECTED}/stories/#/bound/[^/]+`, "stepOfRule"],
  [`${EXPECTED}/why/[^/]+`, "rule"],
]);

/** What the value at a place stands for. */
export function wantedValue(place: Place): WantedWord | undefined {
  return find(VALUES, place);
}

/** What the last key of a place stands for. */
export function wantedKey(place: Place): WantedWord | undefined {
  return find(KEYS, place);
}

function find(table: typeof VALUES, place: Place): WantedWord | undefined {
  const way = place.map((hop) => (typeof hop === "number" ? "#" : hop.replaceAll("/", "~") || "?")).join("/");
  return table.find(([pattern]) => pattern.test(way))?.[1];
}

function rows(table: readonly (readonly [way: string, wanted: WantedWord])[]): typeof VALUES {
  return table.map(([way, wanted]) => [new RegExp(`^${way}$`), wanted]);
}
