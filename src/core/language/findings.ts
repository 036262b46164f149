import { CODES, type DiagnosticCode } from "./codes.ts";
import type { Diagnostic, RelatedPlace } from "./diagnostic.ts";
import type { SourceText, Span } from "./source-text.ts";
import { keySpan, nodeAt, type Place, valueSpan, type YamlNode } from "./yaml-tree.ts";

/** Most findings kept of one file; after that only that there are more. */
const FINDINGS_MAX = 200;

/** What is wrong, and what to do about it. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The wrong text inside the value, where it is only a part of it. */
  readonly part?: string | undefined;
  /** Where else to look. */
  readonly related?: readonly RelatedPlace[] | undefined;
}

/** Collects the diagnostics of one file, and turns places in its data into places in its text. */
export class Findings {
  readonly source: SourceText;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  #root: YamlNode | undefined;

  constructor(source: SourceText) {
    this.source = source;
  }

  /** The tree that places lead into; set once the text is read. */
  set root(root: YamlNode | undefined) {
    this.#root = root;
  }

  /** All findings so far, in the order they were found. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** Whether no further finding is kept. */
  get isFull(): boolean {
    return FINDINGS_MAX <= this.#diagnostics.length;
  }

  /** Whether anything stops this file from loading. */
  get hasErrors(): boolean {
    return this.#diagnostics.some(({ severity }) => severity === "error");
  }

  /** Something wrong with the value at a place. */
  atValue(place: Place, finding: Finding): void {
    const root = this.#root;
    if (root === undefined) {
      this.atSpan({ start: 0, end: 0 }, finding);
      return;
    }
    const whole = valueSpan(root, place);
    this.atSpan(this.#partOf(nodeAt(root, place).span, finding.part) ?? whole, finding);
  }

  /** Something wrong with the key at a place, or with the whole of what stands under it. */
  atKey(place: Place, finding: Finding): void {
    this.atSpan(this.#root === undefined ? { start: 0, end: 0 } : keySpan(this.#root, place), finding);
  }

  /** A value of this file that a finding points to besides its own place. */
  related(place: Place, message: string): RelatedPlace {
    const span = this.#root === undefined ? { start: 0, end: 0 } : valueSpan(this.#root, place);
    return { source: this.source, span, message };
  }

  /** Something wrong with a stretch of the text. The same finding twice counts once. */
  atSpan(span: Span, { code, message, hint, related }: Finding): void {
    const key = `${code} ${span.start} ${message}`;
    if (this.#seen.has(key) || this.isFull) return;
    this.#seen.add(key);
    const { severity } = CODES[code];
    const more = { ...(hint === undefined ? {} : { hint }), ...(related === undefined ? {} : { related }) };
    this.#diagnostics.push({ code, severity, message, source: this.source, span, ...more });
  }

  #partOf(span: Span, part: string | undefined): Span | undefined {
    if (part === undefined || part === "") return undefined;
    const at = this.source.text.slice(span.start, span.end).indexOf(part);
    return at === -1 ? undefined : { start: span.start + at, end: span.start + at + part.length };
  }
}
