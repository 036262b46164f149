/** A mistake of one line, as people make them. `npm run plant` makes each of them, and the tests must notice. */
export interface Fault {
  /** What it breaks, in a few words. */
  readonly breaks: string;
  readonly file: string;
  /** Text that stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

const engine = (name: string): string => `src/core/engine/${name}.ts`;
const expression = (name: string): string => `src/core/expression/${name}.ts`;

export const FAULTS: readonly Fault[] = [
  {
    breaks: "ties are broken by arrival",
    file: engine("window"),
    find: "return a.timeMs - b.timeMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);",
    replace: "return a.timeMs - b.timeMs;",
  },
  {
    breaks: "an event that comes twice counts twice",
    file: engine("window"),
    find: "const at = this.#find(event.id);",
    replace: "const at = -1;",
  },
  {
    breaks: "a window's age doesn't close it",
    file: engine("window-table"),
    find: "return oldestAt < idleAt",
    replace: "return oldestAt < 0",
  },
  {
    breaks: "a window closes so long after it opened, however busy",
    file: engine("window-table"),
    find: "idle.lastLogMs + this.#idleMs",
    replace: "idle.openedLogMs + this.#idleMs",
  },
  {
    breaks: "an absence is decided at its end, not after it",
    file: engine("absences"),
    find: "toMs < context.nowMs",
    replace: "toMs <= context.nowMs",
  },
  {
    breaks: "an absence is decided before its end",
    file: engine("absences"),
    find: "if (!decided && ",
    replace: "if (!decided && Number.isNaN(fromMs) && ",
  },
  {
    breaks: "the end of an absence doesn't belong to it",
    file: engine("absences"),
    find: "event.timeMs <= toMs",
    replace: "event.timeMs < toMs",
  },
  {
    breaks: "requireSource is ignored",
    file: engine("absences"),
    find: "const heard = requireSource === undefined ||",
    replace: "const heard = requireSource !== null ||",
  },
  {
    breaks: "onUnknown: drop waits, hold drops",
    file: engine("absences"),
    find: 'return onUnknown === "drop" ?',
    replace: 'return onUnknown !== "drop" ?',
  },
  {
    breaks: "the tolerance of an order is off by a hair",
    file: engine("anchor-search"),
    find: "orderTolerance(later, earlier, skewMs) <= -gapMs",
    replace: "orderTolerance(later, earlier, skewMs) < -gapMs",
  },
  {
    breaks: "skew and precision add up",
    file: engine("anchor-search"),
    find: "return Math.max(skewMs, a.precisionMs, b.precisionMs);",
    replace: "return skewMs + Math.max(a.precisionMs, b.precisionMs);",
  },
  {
    breaks: "stamps are as precise as they look",
    file: engine("anchor-search"),
    find: "return Math.max(skewMs, a.precisionMs, b.precisionMs);",
    replace: "return Math.max(skewMs, a.precisionMs - a.precisionMs, b.precisionMs - b.precisionMs);",
  },
  {
    breaks: "a gap equal to `within` is too long",
    file: engine("anchor-search"),
    find: "withinMs === undefined || gapMs <= withinMs",
    replace: "withinMs === undefined || gapMs < withinMs",
  },
  {
    breaks: "a join looks at the first key of a tuple alone",
    file: engine("anchor-search"),
    find: "(at === 0 ? value : tuple + TUPLE_SEPARATOR + value)",
    replace: "(at === 0 ? value : tuple)",
  },
  {
    breaks: "one event fills two steps",
    file: engine("anchor-search"),
    find: "if (anchor.id === event.id) return false;",
    replace: "",
  },
  {
    breaks: "an optional step is required",
    file: engine("anchor-search"),
    find: "const limit = candidates.length + (optional ? 1 : 0);",
    replace: "const limit = candidates.length;",
  },
  {
    breaks: "the rule's `within` is not asked",
    file: engine("anchor-search"),
    find: "if (rule.withinMs !== undefined && rule.withinMs <",
    replace: "if (rule.withinMs !== undefined && Number.POSITIVE_INFINITY <",
  },
  {
    breaks: "a step that follows a later one in the file comes when it likes",
    file: engine("anchor-search"),
    find: "if (theirs.after.includes(depth) &&",
    replace: "if (theirs.after.includes(-1) &&",
  },
  {
    breaks: "distinct values are counted as occurrences",
    file: engine("bind"),
    find: "(distinctOf === undefined ? count : distinct) < step.count.atLeast",
    replace: "count < step.count.atLeast",
  },
  {
    breaks: "a count is reached one too early",
    file: engine("bind"),
    find: "(distinctOf === undefined ? count : distinct) < step.count.atLeast",
    replace: "(distinctOf === undefined ? count : distinct) + 1 < step.count.atLeast",
  },
  {
    breaks: "`pick: last` picks the first",
    file: engine("judge"),
    find: 'return step.step.pick === "last" ? events.reverse() : events;',
    replace: "return events;",
  },
  {
    breaks: "a search that was cut doesn't say so",
    file: engine("judge"),
    find: "truncated = true;",
    replace: "truncated = false;",
  },
  {
    breaks: "minConfidence is ignored",
    file: engine("judge"),
    find: "match.confidence < rule.rule.minConfidence",
    replace: "match.confidence < 0",
  },
  {
    breaks: "an order that is inferred counts as seen",
    file: engine("confidence"),
    find: "inferred: 0.8",
    replace: "inferred: 1",
  },
  {
    breaks: "maxFanOut is ignored",
    file: engine("join-groups"),
    find: "return max < group.events.length && max <",
    replace: "return max < 0 && max <",
  },
  {
    breaks: "ignored values join",
    file: engine("join-groups"),
    find: "ignored = globs.length === 0 ? () => false : compileTypes(globs);",
    replace: "ignored = globs.length === 0 ? () => false : () => false;",
  },
  {
    breaks: "supersedes is ignored",
    file: engine("arbitrate"),
    find: "if (a.rule.supersedes.has(b.rule.rule.key)) return true;",
    replace: "",
  },
  {
    breaks: "the lowest priority is the headline",
    file: engine("match"),
    find: "b.rule.rule.priority - a.rule.rule.priority ||",
    replace: "a.rule.rule.priority - b.rule.rule.priority ||",
  },
  {
    breaks: "a rule in shadow mode claims traces",
    file: engine("match"),
    find: 'return rule.rule.standalone || rule.rule.mode === "shadow";',
    replace: "return rule.rule.standalone;",
  },
  {
    breaks: "settle is ignored",
    file: engine("courtroom"),
    find: "if (at <= now) return true;",
    replace: "if (at <= now || now < at) return true;",
  },
  {
    breaks: "what is undone is not retracted",
    file: engine("story-book"),
    find: "if (record.gone || record.told === undefined) return;\n    record.last = undefined;",
    replace: "if (record.gone || record.told !== null) return;\n    record.last = undefined;",
  },
  {
    breaks: "late evidence is counted, and dropped",
    file: engine("engine"),
    find: "return this.#placeLate(late, event, entry);",
    replace: "return undefined;",
  },
  {
    breaks: "a story's id comes from an event's id",
    file: engine("story-book"),
    find: "canonicalJson([group, position])",
    replace: "canonicalJson([group, match.root.anchor.id])",
  },
  {
    breaks: "stories nest one level less",
    file: engine("announcer"),
    find: "levelsMax <= match.level + 1",
    replace: "levelsMax <= match.level + 2",
  },
  {
    breaks: "a missing field is true under `not`",
    file: expression("predicate"),
    find: "return verdict === undefined ? undefined : !verdict;",
    replace: "return verdict !== true;",
  },
  {
    breaks: "a missing field passes a negative operator",
    file: expression("predicate"),
    find: "return field === undefined ? undefined : test(field);",
    replace: "return test(field);",
  },
  {
    breaks: "of several values all must pass",
    file: expression("predicate"),
    find: "for (const value of values) if (test(value)) return true;\n  return false;",
    replace: "for (const value of values) if (!test(value)) return false;\n  return true;",
  },
  {
    breaks: "`notIn` is `in`",
    file: expression("operators"),
    find: "return (field) => !equal(field);",
    replace: "return (field) => equal(field);",
  },
  {
    breaks: "`lessThanInclusive` leaves its bound out",
    file: expression("operators"),
    find: "compares(operands, (a, b) => a <= b)",
    replace: "compares(operands, (a, b) => a < b)",
  },
];
