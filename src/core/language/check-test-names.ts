import type { Rule } from "../model/rule.ts";
import { CODES, type DiagnosticCode } from "./codes.ts";
import { compareDiagnostics, type Diagnostic } from "./diagnostic.ts";
import { nearest, suggest } from "./nearest.ts";
import type { Expectation, NamedInTest, RuleTestFile } from "./rule-test-file.ts";
import type { Span } from "./source-text.ts";

/** A name that leads nowhere. */
export interface UnknownName {
  readonly span: Span;
  readonly message: string;
  readonly hint: string | undefined;
}

/** What an expectation names and these rules do not have: it would prove nothing. */
export function unknownNames({ names }: Expectation, rules: readonly Rule[]): readonly UnknownName[] {
  const byKey = new Map(rules.map((rule) => [rule.key, rule]));
  return names.flatMap((named) => {
    const unknown = unknownName(named, byKey);
    return unknown === undefined ? [] : [unknown];
  });
}

function unknownName(
  { rule: key, part, span }: NamedInTest,
  rules: ReadonlyMap<string, Rule>,
): UnknownName | undefined {
  const rule = rules.get(key);
  if (part === undefined) {
    if (rule !== undefined) return undefined;
    return { span, message: `there is no rule \`${key}\` in these packs`, hint: suggest(key, rules.keys()) };
  }
  // A rule that is not there is a finding of its own.
  if (rule === undefined) return undefined;
  const steps = rule.steps.map(({ as }) => as);
  const others = [...rule.absent, ...rule.joins].map(({ as }) => as);
  const known = part.kind === "step" ? steps : [...steps, ...others];
  if (known.includes(part.name)) return undefined;
  const what = part.kind === "step" ? "step" : "step, absence or join";
  return { span, message: `${key} has no ${what} \`${part.name}\``, hint: suggest(part.name, known) };
}

/** The same of all cases of a test, as findings. */
export function checkTestNames(test: RuleTestFile, rules: readonly Rule[]): Diagnostic[] {
  const expectations = test.cases.flatMap(({ expect, moments }) => [
    ...(expect === undefined ? [] : [expect]),
    ...moments,
  ]);
  const unknown = expectations.flatMap((expectation) => unknownNames(expectation, rules));
  // Cases that share an expectation by an alias have one finding.
  const bySpan = new Map(unknown.map((each) => [`${each.span.start} ${each.message}`, each]));
  return [...bySpan.values()].map((each) => diagnostic("TAP308", test, each)).toSorted(compareDiagnostics);
}

/** The packs and recordings that a test names and that are not there; `known` are packs that it may mean. */
export function checkTestFiles(
  test: RuleTestFile,
  isThere: (path: string) => boolean,
  known: readonly string[] = [],
): Diagnostic[] {
  return test.files.flatMap(({ path, span, kind }) => {
    if (isThere(path)) return [];
    const near = kind === "pack" ? nearest(path, known) : undefined;
    const written = kind === "pack" ? "; `tapio new pack` writes one" : "";
    const from = `the path goes from the folder of this file${written}`;
    const hint = near === undefined ? from : `did you mean \`${near}\`?`;
    return [diagnostic("TAP309", test, { span, message: `there is no ${kind} \`${path}\``, hint })];
  });
}

function diagnostic(code: DiagnosticCode, { source }: RuleTestFile, { span, message, hint }: UnknownName): Diagnostic {
  const { severity } = CODES[code];
  return { code, severity, message, source, span, ...(hint === undefined ? {} : { hint }) };
}
