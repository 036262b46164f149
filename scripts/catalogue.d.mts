/** The text of docs/catalogue.md. */
export function cataloguePage(): Promise<string>;
