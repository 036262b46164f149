import type { Job } from "./courtroom-parts.ts";
import { isIsolated, type Match } from "./match.ts";
import type { Window } from "./window.ts";

/** How often one window comes up again in one sitting: stories that go round in a circle end here. */
const VISITS_MAX = 16;

const NONE: ReadonlySet<Match> = new Set();

/** What has to be judged before anything is weighed: jobs, and those that their stories bring about. */
export class Docket {
  /** All windows that were judged. */
  readonly windows = new Set<Window>();
  readonly #queue: Job[];
  readonly #closedBy: string | undefined;
  #lost: Set<Match> | undefined = undefined;
  #visits: Map<Window, number> | undefined = undefined;
  #at = 0;

  /** `closedBy`: why every window that comes up is closed, where all of them are. */
  constructor(jobs: readonly Job[], closedBy?: string) {
    this.#queue = [...jobs];
    this.#closedBy = closedBy;
  }

  /** What held before, and was found anew or no more. */
  get lost(): ReadonlySet<Match> {
    return this.#lost ?? NONE;
  }

  /** Whether nothing holds, or held, in any of the windows: there is nothing to weigh. */
  get foundNothing(): boolean {
    if (this.#lost !== undefined) return false;
    for (const { matches, record } of this.windows) if (0 < matches.length || record?.last !== undefined) return false;
    return true;
  }

  /** The one match that is to be weighed, where there is one: most dockets hold no more. */
  get onlyMatch(): Match | undefined {
    if (this.windows.size !== 1 || this.#lost !== undefined) return undefined;
    for (const { matches, record } of this.windows) {
      const [match] = matches;
      if (match === undefined || 1 < matches.length || isIsolated(match)) return undefined;
      return record?.last === undefined || record.last === match ? match : undefined;
    }
    return undefined;
  }

  /** Notes a match that is to be found anew, or held for the last time. */
  lose(match: Match): void {
    this.#lost ??= new Set();
    this.#lost.add(match);
  }

  /** The next job, until none is left. */
  next(): Job | undefined {
    const job = this.#queue[this.#at];
    if (job === undefined) return undefined;
    this.#at++;
    this.windows.add(job.window);
    return job;
  }

  /** Adds what a story's event brings about, unless that is still to come. */
  add(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const { window } = job;
      this.#visits ??= new Map();
      const visits = this.#visits.get(window) ?? 0;
      if (VISITS_MAX < visits || this.#isToCome(job)) continue;
      this.#visits.set(window, visits + 1);
      if (this.#closedBy !== undefined) window.closedBy ??= this.#closedBy;
      this.#queue.push(job);
    }
  }

  #isToCome({ window, rules }: Job): boolean {
    for (let at = this.#queue.length - 1; this.#at <= at; at--) {
      const job = this.#queue[at];
      if (job?.window === window && rules.every((rule) => job.rules.includes(rule))) return true;
    }
    return false;
  }
}
