import type { CodeEntry } from "./codes.ts";

const error = "error" as const;
const warning = "warning" as const;

/** Codes about rule overlays and rule tests: what stands beside the packs. */
export const BESIDE_CODES = {
  TAP251: {
    severity: error,
    title: "value that an overlay can't change",
    explanation:
      "An overlay tunes a rule and does not rewrite it: what the rule looks for and the words of its story belong to its pack. To leave events out, use `except`; for anything else ask the pack's owner.",
  },
  TAP252: {
    severity: error,
    title: "overlay of a rule that is not there",
    explanation:
      "A patch names a rule of the loaded packs as `pack/rule-id`. Load the pack together with its overlay; where the pack dropped the rule, drop the patch.",
  },
  TAP253: {
    severity: error,
    title: "not a day",
    explanation:
      "`until` is the last day on which an exception applies, such as `2026-12-31`, or `never`. Nobody remembers an exception without an end.",
  },
  TAP254: {
    severity: warning,
    title: "exception that has expired",
    explanation:
      "The day of `until` is over, so these events count again. Remove the exception, or give it a later day if its reason still holds.",
  },
  TAP255: {
    severity: error,
    title: "value set twice",
    explanation:
      "Two patches set the same value of one rule, and which of them counts would hang on the order of the files. Keep one.",
  },
  TAP256: {
    severity: warning,
    title: "patch that changes nothing",
    explanation: "The rule has these values already, or is switched off besides. Remove what has no effect.",
  },
  TAP301: {
    severity: error,
    title: "unknown template of a test",
    explanation: "`use` names an event under `templates` of the same file.",
  },
  TAP302: {
    severity: error,
    title: "case name given twice",
    explanation: "Cases are run and reported by name, so each has its own.",
  },
  TAP303: {
    severity: error,
    title: "bad time in a test",
    explanation: "`start` is an RFC 3339 time; `at` and `arrives` are durations from it, such as `40s` or `-5s`.",
  },
  TAP304: { severity: error, title: "case without events", explanation: "A case needs `events` or a `fixture`." },
  TAP305: {
    severity: error,
    title: "event id of a test",
    explanation: "Each event of a case has its own id, and `bound` and `rootCause` name ids of that case.",
  },
  TAP306: {
    severity: error,
    title: "event that is not whole",
    explanation:
      "With its template an event needs `at` or `time`, `source`, `type`, and an entity with `kind` and `name`.",
  },
  TAP307: {
    severity: error,
    title: "case that expects nothing",
    explanation: "A case needs `expect` or `at`, or it can't fail.",
  },
  TAP308: {
    severity: error,
    title: "name that the packs of a test don't have",
    explanation:
      "A case names rules of the test's packs as `pack/rule-id`, and their steps (under `why` absences and joins too). One that is not there is never told and never fails, so the case would prove nothing.",
  },
  TAP309: {
    severity: error,
    title: "file of a test that is not there",
    explanation: "`packs` and `fixture` are paths from the folder of the test.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
