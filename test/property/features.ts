/** Counts in how many cases each feature of the language really occurred. */
export class Features {
  readonly counts = new Map<string, number>();
  #seen = new Set<string>();
  cases = 0;

  /** Starts a case: whatever happens in it is counted once. */
  nextCase(): void {
    this.cases++;
    this.#seen = new Set();
  }

  note(feature: string): void {
    if (this.#seen.has(feature)) return;
    this.#seen.add(feature);
    this.counts.set(feature, (this.counts.get(feature) ?? 0) + 1);
  }

  /** Adds what another run counted. */
  add(cases: number, counts: Iterable<readonly [string, number]>): void {
    this.cases += cases;
    for (const [feature, count] of counts) this.counts.set(feature, (this.counts.get(feature) ?? 0) + count);
  }

  /** The table, one line a feature. */
  table(): string {
    const rows = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1));
    const width = Math.max(...rows.map(([feature]) => feature.length));
    return rows.map(([feature, count]) => `${feature.padEnd(width)}  ${String(count).padStart(8)}`).join("\n");
  }
}
