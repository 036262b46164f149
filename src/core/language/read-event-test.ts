import type { EventTest, Predicate } from "../model/rule.ts";
import { checkNegations } from "./check-negations.ts";
import { suggest } from "./nearest.ts";
import type { PackContext } from "./pack-context.ts";
import type { RawEventTest } from "./raw-pack.ts";
import { readWhere, together } from "./read-where.ts";
import type { Place } from "./yaml-tree.ts";

/** Reads what one event must look like, with its pattern merged in. Reports what is wrong with it. */
export function readEventTest(raw: RawEventTest, place: Place, context: PackContext): EventTest {
  const { findings, usedPatterns, pack } = context;
  if (raw.type === undefined && raw.use === undefined && raw.where === undefined) {
    findings.atKey(place, {
      code: "TAP210",
      message: "every event passes this test",
      hint: "add `type`, `use` or `where`",
    });
  }
  const own = readParts(raw, place, context);
  if (raw.use === undefined) return own;
  usedPatterns.add(raw.use);
  const patterns = pack.patterns ?? {};
  const pattern = Object.hasOwn(patterns, raw.use) ? patterns[raw.use] : undefined;
  if (pattern === undefined) {
    const hint = suggest(raw.use, Object.keys(patterns)) ?? "name it under `patterns`";
    findings.atValue([...place, "use"], {
      code: "TAP206",
      message: `there is no pattern \`${raw.use}\` in this pack`,
      hint,
    });
    return own;
  }
  if (raw.type !== undefined && pattern.type !== undefined) {
    findings.atKey([...place, "type"], {
      code: "TAP217",
      message: `the pattern \`${raw.use}\` already says the type`,
      hint: "leave out `type`",
    });
  }
  // What is wrong inside the pattern is reported where the pattern stands, once.
  const base = readParts(pattern, ["patterns", raw.use], context);
  const wheres = [base.where, own.where].filter((where): where is Predicate => where !== undefined);
  return { types: own.types ?? base.types, where: wheres.length === 0 ? undefined : together("all", wheres) };
}

/** Reads the type and the field tests that stand at one place, and reports what is wrong with them. */
export function readParts(raw: RawEventTest, place: Place, context: PackContext): EventTest {
  const types = raw.type === undefined ? undefined : typeof raw.type === "string" ? [raw.type] : raw.type;
  types?.forEach((type, at) => {
    if (type === type.toLowerCase() && !/\s/.test(type)) return;
    const where = [...place, "type", ...(typeof raw.type === "string" ? [] : [at])];
    const hint = type.includes(".")
      ? `write \`${type.trim().toLowerCase().replaceAll(/\s+/g, "")}\``
      : `ask for a Kubernetes reason with \`where: { reason: ${type} }\``;
    context.findings.atValue(where, {
      code: "TAP204",
      message: `event types are lower case, and \`${type}\` is not`,
      hint,
    });
  });
  if (raw.where === undefined) return { types, where: undefined };
  const where = readWhere(raw.where, [...place, "where"], context);
  if (where !== undefined) checkNegations(raw.where, [...place, "where"], context.findings);
  return { types, where };
}
