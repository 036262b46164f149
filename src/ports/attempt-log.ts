import type { EpochMs } from "../core/model/time.ts";

/** What an engine notes of itself, so that the next one knows how it ended, and over what. */
export interface Attempts {
  /** How it ended; absent while it runs, and so where something ended it without a word. */
  readonly ended?: "in order" | "over an event" | undefined;
  /** Whether it notes what it is working on. */
  readonly watched: boolean;
  /** What it was working on. */
  readonly open?: OpenAttempt | undefined;
  readonly suspect?: Suspect | undefined;
  /** How many engines ended lately over something else than a suspect: something kills them from outside. */
  readonly killed: number;
  /** What is not worked on any more. */
  readonly passed: readonly Poison[];
}

/** Entries whose events are being seen to, both ends included. */
export interface OpenAttempt {
  readonly from: number;
  readonly to: number;
  /** Log time of the last of them. */
  readonly logTimeMs?: EpochMs | undefined;
  /** Whether each is looked at by itself, since one of them is suspected. */
  readonly alone: boolean;
}

/** Entries of which one seems to make the process die, both ends included. */
export interface Suspect {
  readonly from: number;
  readonly to: number;
  /** How often it died over just this one entry; 0 where it is not known which one it is. */
  readonly deaths: number;
  /** Whether the engine said itself that it failed over it. */
  readonly isSaid?: boolean | undefined;
  /** Of one entry, its log time and what it did. */
  readonly logTimeMs?: EpochMs | undefined;
  readonly reason?: string | undefined;
}

/** An entry that made the process die twice. */
export interface Poison {
  readonly position: number;
  readonly logTimeMs?: EpochMs | undefined;
  /** A sentence. */
  readonly reason: string;
}

/**
 * Keeps the last {@link Attempts}, over the death of the process. It belongs to a checkpoint's store, and
 * to who owns that: `load` comes after the store's own. Throws `CheckpointError`.
 */
export interface AttemptLog {
  /** The last ones saved, `undefined` where there are none. */
  load(): Promise<Attempts | undefined>;
  save(attempts: Attempts): Promise<void>;
}
