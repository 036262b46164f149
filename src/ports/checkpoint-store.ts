import type { OwnersData } from "../core/model/owners.ts";
import type { EngineSnapshot } from "../core/model/snapshot.ts";
import type { EpochMs } from "../core/model/time.ts";
import type { AttemptLog } from "./attempt-log.ts";

/** How far a log has been read and its stories delivered. */
export interface Checkpoint {
  readonly format: 2;
  /** Every entry up to here has been processed, and what it told has been delivered; `base` included. */
  readonly position: number;
  /**
   * What is added to the log's own positions: those of a log that went back, or of another one by its
   * name, go on behind what was read before, so that no two places are one. 0 if left out.
   */
  readonly base?: number;
  /** Log time of that entry, as the log stored it. */
  readonly logTimeMs: EpochMs;
  /** What the engine knew then, beside the log; where it is saved, of stories only what changed since the last save. */
  readonly engine: EngineSnapshot;
  /** Who owns whom, as far as it was told before the entries that are read again. */
  readonly owners?: OwnersData;
}

/**
 * Where the place in one log is remembered over restarts. One store belongs to one log, and whoever
 * loaded last owns it. `save` resolves when the checkpoint is durable. All throw {@link CheckpointError}.
 */
export interface CheckpointStore {
  /** Takes the place over; the last one saved, `undefined` where there is none. */
  load(): Promise<Checkpoint | undefined>;
  /** Keeps the units of the earlier saves that `engine.pieces` names as well; after one that failed, there are none. */
  save(checkpoint: Checkpoint): Promise<void>;
  /** Throws where another engine has taken the place over: for times in which there is nothing to save. */
  confirm(): Promise<void>;
  /** Where an engine notes what it is about to do, after one that did not end in order. */
  readonly attempts?: AttemptLog | undefined;
}

/**
 * The checkpoint could not be read or written. `lost` says that somebody else has written it: then
 * two engines read one log, and this one must stop. Otherwise a later save may do.
 */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
  readonly lost: boolean;

  constructor(message: string, options: ErrorOptions & { readonly lost: boolean }) {
    super(message, options);
    this.lost = options.lost;
  }
}
