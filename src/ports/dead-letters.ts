import type { LogEntry } from "./source.ts";

/** An entry that cannot be decoded, and why. */
export interface DeadLetter {
  readonly entry: LogEntry;
  /** Which item of a list in it, from 1; absent where it is the whole entry. */
  readonly item?: number | undefined;
  /** Where it stands, for people. */
  readonly place: string;
  /** A sentence. */
  readonly reason: string;
  /** The beginning of the entry with secrets masked: all of it that may be shown or stored. */
  readonly excerpt: string;
}

/**
 * Where poison goes. `bury` resolves when the letters are kept, and is safe to call again with the
 * same letters. Throws `SinkError` when they are not kept.
 */
export interface DeadLetters {
  bury(letters: readonly DeadLetter[]): Promise<void>;
}
