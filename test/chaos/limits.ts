/** Windows short enough that thousands close in a run of a minute; stories stay open to its end. */
export const LIMITS = { correlationWindowMs: 1_500, maxWindowMs: 6_000 } as const;
