import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import type { Flaw } from "../../core/model/flaw.ts";

/** Most bytes of a file that are read. */
const FILE_BYTES_MAX = 256 * 1024;

/** The text of a file of rules or of their tests, or why there is none that can be used. */
export interface RuleText {
  readonly text: string;
  readonly flaw?: Flaw;
}

/** Reads a file of rules or of their tests. Throws the system's error where it can't be read at all. */
export async function readRuleText(path: string): Promise<RuleText> {
  const { size } = await stat(path);
  if (FILE_BYTES_MAX < size) return { text: "", flaw: tooLarge(size) };
  const bytes = await readFile(path);
  const text = bytes.toString("utf8");
  if (isUtf8(bytes)) return { text };
  const hint = "save the file as UTF-8";
  return { text, flaw: { code: "TAP003", message: "this is not UTF-8", hint, at: text.indexOf("\ufffd") } };
}

function tooLarge(size: number): Flaw {
  const message = `the file has ${Math.ceil(size / 1024)} KiB; at most ${FILE_BYTES_MAX / 1024} KiB are read`;
  return { code: "TAP001", message, hint: "split it into several files", at: 0 };
}
