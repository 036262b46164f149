/** What is wrong with a file before its text is looked at. */
export interface Flaw {
  readonly code: "TAP001" | "TAP003";
  readonly message: string;
  readonly hint: string;
  /** Where in the text it is. */
  readonly at: number;
}
