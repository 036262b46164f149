import type { RuleSet } from "../core/model/rule.ts";
import type { EpochMs } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import { type LoadedPacks, type PackSource, PackSourceError } from "../ports/pack-source.ts";

/** How loading the rules anew went. */
export type ReloadOutcome =
  | { readonly outcome: "loaded"; readonly rules: number; readonly digest: string }
  | { readonly outcome: "unchanged"; readonly digest: string }
  /** The rules in force stay. */
  | { readonly outcome: "failed"; readonly problems: readonly string[] };

/** What is known of the rules in force, for status and metrics. */
export interface ReloadState {
  readonly rules: RuleSet;
  /** When they were loaded, wall time. */
  readonly loadedAtMs: EpochMs;
  readonly reloads: number;
  readonly failures: number;
  /** What was wrong with the last attempt; empty if it succeeded. */
  readonly problems: readonly string[];
}

export interface RuleReloaderOptions {
  readonly packs: PackSource;
  /** The rules in force at the start. */
  readonly rules: RuleSet;
  readonly clock: Clock;
  /** Runs the packs' own tests on what was loaded; answers with what is wrong, one sentence each. */
  readonly test?: ((loaded: LoadedPacks) => Promise<readonly string[]>) | undefined;
  /** Hears how each attempt went. */
  readonly onOutcome?: ((outcome: ReloadOutcome) => void) | undefined;
}

/** What can swap its rules; the core's engine can. */
export interface RuleSwapper {
  swapRules(rules: RuleSet): Promise<void> | undefined;
}

/** Problems kept word by word. */
const PROBLEMS_MAX = 20;

/**
 * Loads rules anew while the engine runs: snapshot, lint, compile, the packs' own tests, and only then
 * the whole set waits to be swapped in between two events. What fails anywhere changes nothing.
 */
export class RuleReloader {
  readonly #options: RuleReloaderOptions;
  #state: ReloadState;
  /** Loaded, and not yet swapped in. */
  #waiting: RuleSet | undefined;
  #running: Promise<ReloadOutcome> | undefined;
  #next: Promise<ReloadOutcome> | undefined;

  constructor(options: RuleReloaderOptions) {
    this.#options = options;
    const loadedAtMs = options.clock.now();
    this.#state = { rules: options.rules, loadedAtMs, reloads: 0, failures: 0, problems: [] };
  }

  get state(): ReloadState {
    return this.#state;
  }

  /**
   * Loads the rules anew; never rejects. Asked for while it is at it, it does so once more afterwards:
   * what has changed meanwhile may have been missed.
   */
  reload(): Promise<ReloadOutcome> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  /** Swaps in what has been loaded, if anything; to be called between two events. */
  swapInto(engine: RuleSwapper): Promise<void> | undefined {
    const rules = this.#waiting;
    if (rules === undefined) return undefined;
    this.#waiting = undefined;
    return engine.swapRules(rules);
  }

  #begin(): Promise<ReloadOutcome> {
    const running = this.#load().then((outcome) => {
      this.#running = undefined;
      this.#options.onOutcome?.(outcome);
      return outcome;
    });
    this.#running = running;
    return running;
  }

  async #load(): Promise<ReloadOutcome> {
    const { packs, test, clock } = this.#options;
    try {
      const loaded = await packs.load({});
      const problems = errorsIn(loaded);
      if (problems.length === 0) problems.push(...((await test?.(loaded)) ?? []));
      if (0 < problems.length) return this.#fail(problems);
      const { digest, rules } = loaded.rules;
      const before = this.#state;
      if (digest === before.rules.digest) {
        this.#state = { ...before, problems: [] };
        return { outcome: "unchanged", digest };
      }
      this.#waiting = loaded.rules;
      this.#state = { ...before, rules: loaded.rules, loadedAtMs: clock.now(), reloads: before.reloads + 1, problems };
      return { outcome: "loaded", rules: rules.length, digest };
    } catch (cause) {
      return this.#fail([cause instanceof PackSourceError ? cause.message : `rules: ${String(cause)}`]);
    }
  }

  #fail(all: readonly string[]): ReloadOutcome {
    const more = all.length - PROBLEMS_MAX;
    const problems = more <= 0 ? all : [...all.slice(0, PROBLEMS_MAX), `and ${more} more`];
    this.#state = { ...this.#state, failures: this.#state.failures + 1, problems };
    return { outcome: "failed", problems };
  }
}

function errorsIn({ findings }: LoadedPacks): string[] {
  return findings
    .filter(({ severity }) => severity === "error")
    .map(({ file, line, column, code, message }) => `${file}:${line}:${column}: ${code}: ${message}`);
}
