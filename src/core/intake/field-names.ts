import { isAt } from "./json-bytes.ts";

/** Letters are ASCII: this many places find the names that begin with one. */
const LETTERS = 128;

interface Named {
  readonly quoted: string;
  readonly bit: number;
}

/** Tells a few names of fields apart in JSON bytes, without making strings of them. */
export class FieldNames {
  readonly #byLetter: readonly (readonly Named[])[];

  /** `bits`: a bit for each name. */
  constructor(bits: Readonly<Record<string, number>>) {
    const byLetter = Array.from({ length: LETTERS }, (): Named[] => []);
    for (const [name, bit] of Object.entries(bits)) byLetter[name.charCodeAt(0)]?.push({ quoted: `"${name}"`, bit });
    this.#byLetter = byLetter;
  }

  /** The bit of the name that stands here in quotes; 0 for any other. */
  at(bytes: Uint8Array, at: number): number {
    const names = this.#byLetter[bytes[at + 1] as number];
    if (names === undefined) return 0;
    for (let one = 0; one < names.length; one++) {
      const { quoted, bit } = names[one] as Named;
      if (isAt(bytes, at, quoted)) return bit;
    }
    return 0;
  }
}
