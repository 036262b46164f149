import { event, rule, START_MS, step } from "../support/engine-kit.ts";
import type { Case } from "./profiles.ts";

/** A case as the body of a test that reproduces it: only what differs from the builders' defaults is written. */
export function showCase({ rules, log, limits }: Case): string {
  const shownRules = rules.map(
    ({ key: _key, meaningDigest: _digest, title: _title, story: _story, steps, ...more }) => {
      const shownSteps = steps.map(
        ({ as, types, ...rest }) =>
          `    step("${as}", "", { types: ${text(types)}, ${inner(differing(rest, step(as, "")))} }),`,
      );
      const rest = inner(differing(more, rule(more.id, [])));
      return [`  rule("${more.id}", [`, ...shownSteps, `  ], { ${rest} }),`].join("\n");
    },
  );
  const shownLog = log.map(({ event: one, logTimeMs, position }) => {
    const { id, type, timeMs, ...rest } = one;
    const base = event(id, type, (timeMs - START_MS) / 1000);
    const made = `event("${id}", "${type}", ${(timeMs - START_MS) / 1000}, { ${inner(differing(rest, base))} })`;
    return `  { event: ${made}, logTimeMs: START_MS + ${logTimeMs - START_MS}, position: ${position} },`;
  });
  const { correlationWindowMs, maxWindowMs, candidatesMax, minEvents } = limits;
  return [
    "const rules = [",
    ...shownRules,
    "];",
    "const log = [",
    ...shownLog,
    "];",
    `const limits = ${text({ correlationWindowMs, maxWindowMs, candidatesMax, minEvents })};`,
  ].join("\n");
}

function differing(value: object, usual: object): Record<string, unknown> {
  const base = usual as Record<string, unknown>;
  return Object.fromEntries(Object.entries(value).filter(([key, one]) => text(one) !== text(base[key])));
}

function inner(value: Record<string, unknown>): string {
  return text(value).slice(1, -1).trim();
}

/** A value as TypeScript; field paths by the kit's `path`. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "undefined";
  if ("segments" in value && "text" in value) return `path(${JSON.stringify(value.text)})`;
  const fields = Object.entries(value).map(
    ([key, one]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}: ${text(one)}`,
  );
  return `{ ${fields.join(", ")} }`;
}
