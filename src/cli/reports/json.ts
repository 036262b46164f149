import type { FileReport } from "../rule-test-run.ts";
import type { Thoroughness } from "../thoroughness.ts";
import { totalsOf } from "./totals.ts";

/** A report for programs. */
export function jsonReport(files: readonly FileReport[], thoroughness: Thoroughness = {}): string {
  return `${JSON.stringify({ ...totalsOf(files), files, ...thoroughness }, undefined, 2)}\n`;
}
