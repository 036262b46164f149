/** The bytes of many messages, one behind the other. */
export interface PayloadBlock {
  /** UTF-8. Empty, where they were let go: then texts are still there for whoever asks. */
  readonly bytes: Uint8Array;
  /** Whether who holds one message keeps the memory of all. */
  readonly isShared: boolean;
  /** The text between two places. */
  text(from: number, to: number): string;
  /** The same for a part that is ASCII. */
  ascii(from: number, to: number): string;
}

/** The bytes of one message where a transport has them at hand, with its neighbours in the log. */
export interface Payload {
  readonly block: PayloadBlock;
  /** Its bytes go from `from` up to before `to`. */
  readonly from: number;
  readonly to: number;
}

const NO_BYTES = new Uint8Array();

/** The text of one ASCII message, that shares memory with nobody; of its bytes nothing is left. */
export class OwnText implements PayloadBlock {
  readonly bytes: Uint8Array = NO_BYTES;
  readonly isShared = false;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  text(from: number, to: number): string {
    return this.#text.slice(from, to);
  }

  ascii(from: number, to: number): string {
    return this.text(from, to);
  }
}
