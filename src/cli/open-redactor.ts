import { Redactor } from "../core/intake/redact/redactor.ts";
import type { Rule } from "../core/model/rule.ts";
import { chanceKey } from "./compose.ts";
import type { Shell } from "./shell.ts";

/** Pseudonyms under the environment's key, or under one of chance; the words of these rules stay. */
export function openRedactor(rules: readonly Rule[], { env, stderr }: Shell): Redactor {
  const key = env["TAPIO_REDACT_KEY"] ?? "";
  if (key === "")
    stderr.say("tapio: these pseudonyms are given this once; TAPIO_REDACT_KEY gives the same each time\n");
  return new Redactor(key || chanceKey(), rules);
}
