import { engine, type Fault } from "./fault.ts";

/** Faults in what is told, when, and of which windows. */
export const STORY_FAULTS: readonly Fault[] = [
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
    find: "if (record.gone || record.told === undefined) return;\n    dropLast(record);",
    replace: "if (record.gone || record.told !== null) return;\n    dropLast(record);",
  },
  {
    breaks: "late evidence is counted, and dropped",
    file: engine("placement"),
    find: "return this.#placeLate(late, event, entry, index);",
    replace: "return undefined;",
  },
  {
    breaks: "a story's id comes from an event's id",
    file: engine("story-shelf"),
    find: "const began = [groupOf(match), match.window.openedPosition];",
    replace: "const began = [groupOf(match), match.root.anchor.id];",
  },
  {
    breaks: "what lost once is named for ever",
    file: engine("story-rivals"),
    find: "filter((lost) => lost.kept)",
    replace: "filter((lost) => lost.rule)",
  },
  {
    breaks: "windows of one trace compete",
    file: engine("arbitrate"),
    find: "return a.window === b.window || a.window.key !== b.window.key;",
    replace: "return a !== b;",
  },
  {
    breaks: "groups that stories open at the end of input stay open",
    file: engine("docket"),
    find: "if (this.#closedBy !== undefined) window.closedBy ??= this.#closedBy;",
    replace: "if (this.#closedBy === null) window.closedBy ??= this.#closedBy;",
  },
  {
    breaks: "two headlines share one story",
    file: engine("story-book"),
    find: "return assigned.get(record)?.every((other) => other.match.window.key === window.key) ?? true;",
    replace: "return record.revision !== -1;",
  },
  {
    breaks: "what falls due with an event waits for the next one",
    file: engine("engine"),
    find: "if (this.#agenda.dueMs <= this.#nowMs) yield*",
    replace: "if (this.#agenda.dueMs < this.#nowMs) yield*",
  },
  {
    breaks: "what is left of a story when its last window is undone is not told",
    file: engine("story-book"),
    find: "if (record.earlier !== undefined) {",
    replace: "if (record.earlier === null) {",
  },
  {
    breaks: "a story that is told again begins anew",
    file: engine("story-shelf"),
    find: 'return known !== undefined && known.status !== "retracted";',
    replace: "return known !== undefined;",
  },
  {
    breaks: "a window that is decided late takes the last one's place",
    file: engine("story-shelf"),
    find: "later.openedPosition <= window.openedPosition",
    replace: "0 <= window.openedPosition",
  },
  {
    breaks: "what is told of an earlier window anew is told twice",
    file: engine("story-rivals"),
    find: "isAgain && isAllOf(match.window, record.earlier) ? undefined : record.earlier",
    replace: "isAgain && record.earlier === null ? undefined : record.earlier",
  },
  {
    breaks: "a newer version of an event that no rule binds is never told",
    file: engine("story-publisher"),
    find: "(record.toldTotal !== total || record.toldExtent !== extentOf(match))",
    replace: "record.toldTotal !== total",
  },
  {
    breaks: "late evidence for a story that was taken back opens a window",
    file: engine("placement"),
    find: "window.tookLate = true;",
    replace: "window.tookLate = false;",
  },
  {
    breaks: "a closed window's claims are let go at once",
    file: engine("courtroom"),
    find: "window !== undefined && window.closedBy === undefined && window.openedLogMs <= closedMs;",
    replace: "window !== undefined && window.closedBy === undefined && window.openedLogMs <= closedMs - closedMs;",
  },
  {
    breaks: "stories nest one level less",
    file: engine("announcer"),
    find: "levelsMax <= match.level + 1",
    replace: "levelsMax <= match.level + 2",
  },
];
