import type { PackFinding } from "../ports/pack-source.ts";

/** Rule packs have errors and were not loaded. The message shows each with its line and caret. */
export class PackError extends Error {
  override readonly name = "PackError";
  readonly code = "PACK_INVALID";
  /** All findings, warnings too, in the order of the files. */
  readonly findings: readonly PackFinding[];

  constructor(findings: readonly PackFinding[]) {
    const errors = findings.filter((finding) => finding.severity === "error");
    super(errors.map((finding) => finding.rendered).join("\n\n"));
    this.findings = findings;
  }
}
