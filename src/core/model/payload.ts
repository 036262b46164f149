/**
 * The bytes of one message where a transport has them at hand. Its memory is shared with its
 * neighbours in the log: whoever holds a payload for long, detaches it.
 */
export interface Payload {
  /** UTF-8, from `from` up to before `to`; the rest belongs to others. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** The whole as a text. */
  readonly text: string;
  /** The text of a part that is ASCII. */
  ascii(from: number, to: number): string;
  /** Keeps a copy of its own, and lets go of the shared memory; from then on there is only `text`. */
  detach(): void;
}
