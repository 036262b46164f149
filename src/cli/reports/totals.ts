import type { FileReport } from "../rule-test-run.ts";

/** How many cases passed and failed; a file that could not be run at all counts as one failure. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** Sums up. */
export function totalsOf(files: readonly FileReport[]): Totals {
  const cases = files.flatMap((file) => file.cases);
  const failed = cases.filter(({ problems }) => 0 < problems.length).length;
  const broken = files.filter((file) => file.broken !== undefined).length;
  return { passed: cases.length - failed, failed: failed + broken };
}

/** `12 passed, 0 failed` */
export function totalsLine({ passed, failed }: Totals): string {
  return `${passed} passed, ${failed} failed`;
}
