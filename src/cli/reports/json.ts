import type { FileReport } from "../rule-test-run.ts";
import { totalsOf } from "./totals.ts";

/** A report for programs. */
export function jsonReport(files: readonly FileReport[]): string {
  return `${JSON.stringify({ ...totalsOf(files), files }, undefined, 2)}\n`;
}
