import type { RuleTestCase } from "../language/rule-test-file.ts";
import { byLastSeen, type Decoded, type Event } from "../model/event.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { type Problem, problem } from "./problem.ts";

/** What turns payloads into events; the intake's `Decoder` is one. */
export interface CaseDecoder {
  decodeText(text: string): Decoded;
  decodeValue(value: unknown): Decoded;
}

/** One recorded payload of a fixture. */
export interface FixtureEntry {
  readonly text: string;
  /** Number of the line where it begins, from 1. */
  readonly line: number;
}

/** An event and the log time at which it arrives. */
export interface Arrival {
  readonly event: Event;
  readonly logTimeMs: EpochMs;
}

/** The events of a case in order of arrival, and what of it could not be read. */
export interface CaseLog {
  readonly arrivals: readonly Arrival[];
  readonly problems: readonly Problem[];
  /** From the first event to the last, in log time. */
  readonly spanMs: DurationMs;
}

const WRONG_LINES_SHOWN = 5;

/** Decodes the events and the fixture of a case, in order of time: a decoder learns from what it reads. */
export function logOfCase(
  one: RuleTestCase,
  fixture: readonly FixtureEntry[] | undefined,
  decoder: CaseDecoder,
): CaseLog {
  const problems: Problem[] = [];
  const found = [...fixtureEvents(one, fixture ?? [], decoder, problems), ...caseEvents(one, decoder, problems)];
  if (one.fixture !== undefined && fixture === undefined)
    problems.push(problem(one.span, `the fixture ${one.fixture} cannot be read`));
  found.sort((a, b) => a.logTimeMs - b.logTimeMs);
  const spanMs = (found.at(-1)?.logTimeMs ?? 0) - (found[0]?.logTimeMs ?? 0);
  return { arrivals: found, problems, spanMs };
}

function caseEvents(one: RuleTestCase, decoder: CaseDecoder, problems: Problem[]): Arrival[] {
  const inTime = one.events.toSorted((a, b) => (a.arrivesMs ?? a.atMs) - (b.arrivesMs ?? b.atMs));
  return inTime.flatMap(({ id, event, arrivesMs, span }) => {
    const decoded = decoder.decodeValue(event);
    if (decoded.outcome === "events")
      return decoded.events.map((each) => ({ event: each, logTimeMs: arrivesMs ?? each.lastMs }));
    problems.push(problem(span, `the event ${id} is not one: ${whyNot(decoded)}`));
    return [];
  });
}

/** A recording has no log time of its own: the latest event time read so far stands in for it. */
function fixtureEvents(
  one: RuleTestCase,
  fixture: readonly FixtureEntry[],
  decoder: CaseDecoder,
  problems: Problem[],
): Arrival[] {
  const arrivals: Arrival[] = [];
  let logTimeMs = Number.NEGATIVE_INFINITY;
  let wrong = 0;
  for (const { text, line } of fixture) {
    const decoded = decoder.decodeText(text);
    if (decoded.outcome === "rejected" && ++wrong <= WRONG_LINES_SHOWN)
      problems.push(problem(one.span, `${one.fixture}:${line} cannot be read: ${decoded.reason}`));
    if (decoded.outcome !== "events") continue;
    for (const event of decoded.events.toSorted(byLastSeen)) {
      logTimeMs = Math.max(logTimeMs, event.lastMs);
      arrivals.push({ event, logTimeMs });
    }
  }
  if (WRONG_LINES_SHOWN < wrong)
    problems.push(problem(one.span, `${wrong - WRONG_LINES_SHOWN} more lines of ${one.fixture} cannot be read`));
  if (arrivals.length === 0 && 0 < fixture.length && wrong === 0)
    problems.push(problem(one.span, `${one.fixture} holds no event`));
  return arrivals;
}

function whyNot(decoded: Exclude<Decoded, { readonly outcome: "events" }>): string {
  return decoded.outcome === "unknown" ? `its shape is not known (${decoded.shape})` : decoded.reason;
}
