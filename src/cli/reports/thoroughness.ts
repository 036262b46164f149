import { counted } from "../../core/expression/counted.ts";
import type { Paint } from "../paint.ts";
import { printable, table } from "../text-layout.ts";
import type { CoverageReport, MutantReport, MutationReport, Thoroughness } from "../thoroughness.ts";

/** Coverage and mutants for people; nothing where neither was asked for. */
export function thoroughnessText({ coverage, mutation }: Thoroughness, paint: Paint): string {
  const parts = [
    ...(coverage === undefined ? [] : [coverageText(coverage, paint)]),
    ...(mutation === undefined ? [] : [mutationText(mutation, paint)]),
  ];
  return parts.map((part) => `\n${part}`).join("");
}

function coverageText({ covered, total, rules }: CoverageReport, paint: Paint): string {
  const rows = rules.map((rule) => {
    const { required, optional, absences, matching, denying } = rule;
    const both = (sides: readonly (readonly boolean[])[]): string =>
      sides.length === 0 ? "-" : `${sides.flat().filter(Boolean).length}/${sides.flat().length}`;
    return [
      rule.rule,
      both(required.map(({ bound }) => [bound])),
      both(optional.map(({ bound, unbound }) => [bound, unbound])),
      both(absences.map(({ absent, broken }) => [absent, broken])),
      `${matching}`,
      `${denying}`,
      percent(rule.covered, rule.total),
    ];
  });
  const head = ["RULE", "REQUIRED", "OPTIONAL", "ABSENT", "MATCHING", "DENYING", "COVERED"];
  const gaps = rules.flatMap(({ rule, gaps: found }) =>
    found.map((gap) => `${paint("yellow", "gap")}: ${rule}: ${gap}\n`),
  );
  return `${table([head, ...rows])}${gaps.join("")}coverage: ${covered} of ${total} (${percent(covered, total)})\n`;
}

function mutationText({ killed, total, survivors, crashed }: MutationReport, paint: Paint): string {
  const lines = [
    ...survivors.flatMap((each) => [
      `${paint("yellow", "survived")}: ${placed(each)}`,
      `  what would notice: ${printable(each.hint)}`,
    ]),
    ...crashed.flatMap((each) => [
      `${paint("red", "crashed")}: ${placed(each)}`,
      ...each.error.split("\n").map((line) => `  ${line}`),
    ]),
    `mutants: ${killed} of ${total} killed (${percent(killed, total)}), ${survivors.length} survived` +
      (crashed.length === 0 ? "" : `, ${counted(crashed.length, "crash")} (bugs of the engine)`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function placed({ file, line, column, rule, what }: MutantReport): string {
  return printable(`${file}:${line}:${column}: ${rule}: ${what}`);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "100 %" : `${Math.floor((part / whole) * 1000) / 10} %`;
}
