import { openPackSource } from "../adapters/file/pack-source.ts";
import { Engine } from "../core/engine/engine.ts";
import { Decoder } from "../core/intake/decoder.ts";
import type { EngineLimits } from "../core/model/limits.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { Story } from "../core/model/story.ts";
import { type DurationMs, parseDuration } from "../core/model/time.ts";
import type { PackFinding } from "../ports/pack-source.ts";
import { Books } from "../service/books.ts";
import { LogDecoder } from "../service/log-decoder.ts";
import { PackError } from "./pack-error.ts";

/** How windows are kept. Durations are milliseconds, or texts such as `5m`. */
export interface CorrelationOptions {
  /** A window closes when quiet for this long; `5m` by default. */
  readonly correlationWindow?: DurationMs | string | undefined;
  /** A window closes this long after it opened; `30m` by default. */
  readonly maxWindow?: DurationMs | string | undefined;
  /** Windows with fewer events are not looked at; 1 by default. */
  readonly minEventsForCorrelation?: number | undefined;
}

/** Rules, loaded and checked, ready to correlate. It keeps no events: each use starts afresh. */
export class CorrelationEngine {
  readonly #rules: RuleSet;
  /** What the packs' authors should look at, and what does not stop them from loading. */
  readonly warnings: readonly PackFinding[];

  private constructor(rules: RuleSet, warnings: readonly PackFinding[]) {
    this.#rules = rules;
    this.warnings = warnings;
  }

  /**
   * Loads rule packs from files and folders. Throws {@link PackError} where a pack has errors, and
   * `PackSourceError` where the files cannot be read.
   */
  static async fromPacks(paths: readonly string[]): Promise<CorrelationEngine> {
    const { rules, findings } = await openPackSource({ paths }).load({});
    if (findings.some((finding) => finding.severity === "error")) throw new PackError(findings);
    return new CorrelationEngine(rules, findings);
  }

  /**
   * Tells the stories of a finite log: the last revision of each that stands, in the order in which they were
   * first told. `events` holds native events, Kubernetes objects or lists of them, as values or as
   * JSON texts. What cannot be decoded throws a `TypeError` with its place.
   */
  async evaluate(events: Iterable<unknown>, options: CorrelationOptions = {}): Promise<Story[]> {
    const engine = this.open(options);
    const books = new Books();
    const source = { place: (position: number): string => `event ${position}` };
    const log = new LogDecoder({ source, decoder: new Decoder(), books });
    const stories = new Map<string, Story>();
    let position = 0;
    for (const value of events) {
      position += 1;
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const batch = log.decode({ entries: [{ text, position, logTimeMs: undefined }] });
      const [wrong] = batch.rejected;
      if (wrong !== undefined) throw new TypeError(`${wrong.place}: ${wrong.reason}`);
      for (const placed of batch.events) await engine.accept(placed.event, placed);
      for (const { story } of engine.take()) stories.set(story.id, story);
    }
    await engine.end();
    for (const { story } of engine.take()) stories.set(story.id, story);
    return [...stories.values()].filter(({ status }) => status !== "retracted");
  }

  /**
   * Opens a fresh engine of the core with these rules. What programs get of this class does not have it: the
   * core may change with every version.
   *
   * @internal
   */
  open(options: CorrelationOptions = {}): Engine {
    return new Engine({ rules: this.#rules, limits: limitsOf(options) });
  }
}

/** The engine's limits; throws a `RangeError` where an option cannot be used. */
function limitsOf(options: CorrelationOptions): Partial<EngineLimits> {
  const correlationWindowMs = durationOf("correlationWindow", options.correlationWindow);
  const maxWindowMs = durationOf("maxWindow", options.maxWindow);
  const minEvents = options.minEventsForCorrelation;
  if (minEvents !== undefined && !(Number.isSafeInteger(minEvents) && 1 <= minEvents)) {
    throw new RangeError(`minEventsForCorrelation must be a whole number from 1, not ${minEvents}`);
  }
  return {
    ...(correlationWindowMs === undefined ? {} : { correlationWindowMs }),
    ...(maxWindowMs === undefined ? {} : { maxWindowMs }),
    ...(minEvents === undefined ? {} : { minEvents }),
  };
}

function durationOf(name: string, written: DurationMs | string | undefined): DurationMs | undefined {
  if (written === undefined) return undefined;
  const ms = typeof written === "number" ? written : parseDuration(written);
  if (ms === undefined || !(0 < ms)) {
    throw new RangeError(`${name} must be a duration such as "5m", or milliseconds, not ${JSON.stringify(written)}`);
  }
  return ms;
}
