import type { RuleSet } from "../core/model/rule.ts";

/** A finding in a pack as plain data, rendered for people. */
export interface PackFinding {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** What to do, where that is not obvious. */
  readonly hint?: string;
  readonly file: string;
  /** Line and column count from 1. */
  readonly line: number;
  readonly column: number;
  /** The column after its last character; absent where it ends on another line. */
  readonly endColumn?: number;
  /** The finding with its source line and caret, several lines. */
  readonly rendered: string;
}

/** What loading packs gave. Errors among the findings mean that `rules` must not be used. */
export interface LoadedPacks {
  readonly rules: RuleSet;
  readonly findings: readonly PackFinding[];
  /** The files read, in the order read. */
  readonly files: readonly string[];
}

/** Where rule packs come from. Throws {@link PackSourceError} where they cannot be had at all. */
export interface PackSource {
  load(options: { readonly signal?: AbortSignal | undefined }): Promise<LoadedPacks>;
}

/** Packs could not be found, read, or read in time. What stands *in* them wrongly is a finding. */
export class PackSourceError extends Error {
  override readonly name = "PackSourceError";
}
