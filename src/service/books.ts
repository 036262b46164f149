/** An entry that could not be decoded: where it stands, and why. */
export interface Rejection {
  readonly place: string;
  readonly reason: string;
}

/** Rejections kept word by word, for reports by number; the rest is counted. */
const REJECTIONS_KEPT = 20;

/** Distinct reasons or shapes counted apart; the rest is counted as `other`. */
const KINDS_MAX = 100;

/** The counts alone, as they go from one thread to another. */
export type BookCounts = Omit<Books, "takeOver" | "filter" | "leave" | "reject" | "balance">;

/**
 * What became of every entry read. The books balance: `entries` is the sum of `decoded`, all of
 * `filtered`, all of `unknown`, and `rejected`.
 */
export class Books {
  /** Entries read: lines, documents, messages; items of a list that gave no event count apart. */
  entries = 0;
  /** Entries that gave events. */
  decoded = 0;
  /** Events made of them; a list gives many. */
  events = 0;
  /** Events whose time was more than five minutes ahead of the log's, and was taken as the log's. */
  skewed = 0;
  /** Events more than a day behind the log's time: set aside, they meet each other only. */
  old = 0;
  /** Entries that could not be decoded. */
  rejected = 0;
  /** Times that the log had deleted entries before they could be read. */
  gaps = 0;
  /** Entries that were deleted then, at most; they were never read, so that no other count has them. */
  lost = 0;
  /** Times that the log went back behind what was read of it, or was another one by its name. */
  wentBack = 0;
  /** Entries left out on purpose, by reason. */
  readonly filtered: Record<string, number> = Object.create(null);
  /** Well-formed entries of a shape that no decoder knows, by shape: whatever they call themselves. */
  readonly unknown: Record<string, number> = Object.create(null);
  /** The first {@link REJECTIONS_KEPT} of the rejected. */
  readonly rejections: Rejection[] = [];

  /** Takes over what was counted of the same entries where they were decoded; what was lost is noticed where they are taken. */
  takeOver({ gaps: _, lost: __, wentBack: ___, ...decoded }: BookCounts): void {
    Object.assign(this, decoded);
  }

  /** Counts an entry left out on purpose. */
  filter(reason: string): void {
    countByKind(this.filtered, reason);
  }

  /** Counts an entry of an unknown shape. */
  leave(shape: string): void {
    countByKind(this.unknown, shape);
  }

  /** Counts an entry that could not be decoded, and keeps it if it is among the first. */
  reject(rejection: Rejection): void {
    this.rejected += 1;
    if (this.rejections.length < REJECTIONS_KEPT) this.rejections.push(rejection);
  }

  /** Whether every entry read is accounted for, once. */
  balance(): boolean {
    return this.entries === this.decoded + sum(this.filtered) + sum(this.unknown) + this.rejected;
  }
}

/** `counts` has no prototype: a payload may well say that it is a `__proto__`. */
function countByKind(counts: Record<string, number>, kind: string): void {
  const known = kind in counts || Object.keys(counts).length < KINDS_MAX;
  const key = known ? kind : "other";
  counts[key] = (counts[key] ?? 0) + 1;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
