/** One file as the editor has it, or as it lies on the disk. */
export interface RuleText {
  /** Its path, with `/` between folders. */
  readonly file: string;
  readonly text: string;
}

/** What the reading thread is asked: everything that is wrong with files that are loaded together. */
export interface LintTask {
  readonly id: number;
  readonly files: readonly RuleText[];
  /** The day, as `2026-12-31`, on which exceptions of overlays are looked at. */
  readonly today: string;
}

/** A stretch of a file. */
export interface FileSpan {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A finding as plain data, with all that an editor shows of it. */
export interface EditorFinding extends FileSpan {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string | undefined;
  readonly related: readonly (FileSpan & { readonly message: string })[];
  /** The change that mends it, where there is a plain one. */
  readonly mend:
    | { readonly title: string; readonly start: number; readonly end: number; readonly text: string }
    | undefined;
}

/** The answer to a task. */
export interface LintAnswer {
  readonly id: number;
  readonly findings: readonly EditorFinding[];
}
