import type { PayloadBlock } from "../model/payload.ts";
import { isAt } from "./json-bytes.ts";

/** Words kept; a power of two. A flood of others only costs the time to read them. */
const PLACES = 4_096;

/**
 * Knows the words that come again and again in payloads, such as event types: a word that was seen
 * before is found by its bytes, without a new string, and is the same string each time.
 */
export class KnownWords {
  readonly #words: (string | undefined)[] = new Array<string | undefined>(PLACES).fill(undefined);
  readonly #isValid: (word: string) => boolean;

  /** `isValid` is asked once for each word that is kept. */
  constructor(isValid: (word: string) => boolean) {
    this.#isValid = isValid;
  }

  /** The ASCII word between two places of a block; `undefined` where it is not valid. */
  find(block: PayloadBlock, from: number, to: number): string | undefined {
    const { bytes } = block;
    let hash = 0;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    // The low bits alone would tell words apart by their endings.
    const place = (hash ^ (hash >>> 12)) & (PLACES - 1);
    const known = this.#words[place];
    if (known !== undefined && known.length === to - from && isAt(bytes, from, known)) return known;
    const word = block.ascii(from, to);
    if (!this.#isValid(word)) return undefined;
    this.#words[place] = word;
    return word;
  }
}
