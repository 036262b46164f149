/**
 * Windows short enough that thousands close in a run of a minute, and stories that are resolved, reopened
 * and forgotten in a longer one.
 */
export const LIMITS = {
  correlationWindowMs: 1_500,
  maxWindowMs: 6_000,
  resolveAfterMs: 10_000,
  reopenWithinMs: 10_000,
} as const;
