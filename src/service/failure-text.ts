import { maskText } from "../core/intake/secrets/mask.ts";

const CHARS_MAX = 200;

/** What was thrown, in one line; it may quote what was being worked on, so that secrets are masked. */
export function failureText(cause: unknown): string {
  const [line = ""] = String(cause).split("\n", 1);
  return maskText(line.slice(0, 2 * CHARS_MAX)).slice(0, CHARS_MAX);
}
