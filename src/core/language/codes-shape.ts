import type { CodeEntry } from "./codes.ts";

const error = "error" as const;
const warning = "warning" as const;

/** Codes about the text, the YAML and the shape of a file. */
export const SHAPE_CODES = {
  TAP001: {
    severity: error,
    title: "file too large",
    explanation:
      "A file holds at most 256 KiB, so that it is read in well under a second. Split the pack into several.",
  },
  TAP002: {
    severity: error,
    title: "too many parts, or nested too deep",
    explanation:
      "A file has at most 60,000 YAML marks, 50,000 values after aliases are followed, and 64 levels. Move repeated tests to `patterns` and repeated values to `lists`.",
  },
  TAP003: {
    severity: error,
    title: "not YAML",
    explanation:
      "The text can't be read as YAML. The usual causes are a missing quote, a missing space after a colon, an indentation that does not line up, or a file that is not saved as UTF-8.",
  },
  TAP004: {
    severity: error,
    title: "key given twice",
    explanation: "A map has each key once. Which of the two was meant can't be known, so neither is taken.",
  },
  TAP005: {
    severity: error,
    title: "tag",
    explanation: "YAML tags such as `!include` or `!!binary` are not part of this format. Write the value itself.",
  },
  TAP006: {
    severity: error,
    title: "alias that leads nowhere",
    explanation:
      "An alias (`*name`) needs an anchor (`&name`) earlier in the same file, and can't stand inside what it names. `<<` merges maps only.",
  },
  TAP007: {
    severity: error,
    title: "not one document",
    explanation:
      "A file holds exactly one YAML document, and that is a map. Put further packs into files of their own.",
  },
  TAP008: {
    severity: error,
    title: "key that is not a plain text",
    explanation:
      "Keys are plain texts. A key that is a list or a map, an empty key and the key `__proto__` are refused.",
  },
  TAP009: {
    severity: error,
    title: "too many files or rules",
    explanation: "At most 100 files and 1,000 rules are loaded together. What is over the limit is not loaded.",
  },
  TAP010: {
    severity: warning,
    title: "ignore comment without effect",
    explanation:
      "`# tapio:ignore TAP209 because …` hides a warning on its line or the next. It needs a known code of a warning, a reason, and something to hide; errors can't be ignored.",
  },
  TAP101: {
    severity: error,
    title: "unknown field",
    explanation: "A misspelt field is an error, never silence. The message names the nearest field where one is near.",
  },
  TAP102: {
    severity: error,
    title: "missing field",
    explanation: "The map at this place needs a field that is not there.",
  },
  TAP103: {
    severity: error,
    title: "wrong type",
    explanation:
      "The value has another type than the field takes. A text that looks like a number or like `true` needs quotes.",
  },
  TAP104: {
    severity: error,
    title: "not one of the known values",
    explanation: "The field takes one of a closed list of values. The message names the nearest where one is near.",
  },
  TAP105: {
    severity: error,
    title: "wrong form",
    explanation:
      "Ids and pack names are lower-case words joined by `-`; names of steps, joins, lists and patterns begin with a lower-case letter and have letters, digits and `_`.",
  },
  TAP106: {
    severity: error,
    title: "out of bounds",
    explanation: "A number, a text, a list or a map is smaller or larger than the field takes.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
