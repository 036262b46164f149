import { differences } from "../model/differences.ts";
import type { EngineSnapshot, LogGap, RuleMeaning, WindowRef } from "../model/snapshot.ts";
import type { EpochMs } from "../model/time.ts";
import type { Announcer } from "./announcer.ts";
import type { Claims } from "./arbitrate.ts";
import type { Deadline } from "./deadlines.ts";
import type { HeardSources } from "./heard-sources.ts";
import type { JoinGroups } from "./join-groups.ts";
import type { SnapshotLedger } from "./snapshot-ledger.ts";
import { SnapshotWriter } from "./snapshot-writer.ts";
import type { StoryBook } from "./story-book.ts";
import type { Task } from "./task.ts";
import type { Window } from "./window.ts";
import type { WindowTable } from "./window-table.ts";

/** The engine's parts that a snapshot is taken of. */
export interface SnapshotParts {
  readonly nowMs: EpochMs;
  readonly position: number;
  readonly late: readonly number[];
  readonly windows: WindowTable;
  readonly groups: JoinGroups;
  readonly book: StoryBook;
  readonly claims: Claims;
  readonly announcer: Announcer;
  readonly sources: HeardSources;
  readonly rules: readonly RuleMeaning[];
  readonly deadlines: readonly Deadline<Task>[];
  readonly gaps: readonly LogGap[];
  readonly ledger: SnapshotLedger;
}

/** Writes down what an engine holds; it is as large as what is open and has changed, never as the log. */
export function takeSnapshot(parts: SnapshotParts): EngineSnapshot {
  const { nowMs, position, windows, groups, book, claims, announcer, sources, ledger } = parts;
  const piece = ledger.begin();
  const writer = new SnapshotWriter({
    ledger,
    keptOf: (group) => groups.byTrace.keptWindows(group),
    rivalOf: (match) => book.rivalOf(match),
  });
  const traces = tracesOf(windows.all(), writer);
  const open = [...groups.table.byIdleness()];
  const orderOf = new Map([...groups.table.all()].map((group, order) => [group, order]));
  const since = open.reduce(
    (least, group) => Math.min(least, groups.reachOf(group)),
    Math.min(position + 1, traces.since),
  );
  const plain = {
    nowMs: Number.isFinite(nowMs) ? nowMs : null,
    rules: parts.rules,
    position,
    since,
    opened: traces.opened,
    late: differences(parts.late.filter((at) => since <= at)),
    groups: open.map((group) =>
      writer.group(group, {
        order: orderOf.get(group) ?? 0,
        reach: groups.reachOf(group),
        matchOf: (event) => announcer.memberOf(event),
      }),
    ),
    judged: traces.judged,
    states: [...traces.states, ...open.filter(isKnown).map((group) => writer.state(group))],
    parked: [...claims.parked].map((match) => writer.match(match)),
    ...deadlinesOf(parts.deadlines, writer),
    stories: [...book.records].map((record) => writer.record(record)),
    remembered: [...book.windows].map((window) => writer.windowRef(window)),
    heard: [...sources.all],
    waiting: [...sources.waiting()].map(([source, window]) => [source, writer.windowRef(window)] as const),
    ...(parts.gaps.length === 0 ? {} : { gaps: parts.gaps }),
  };
  const units = writer.units();
  return { format: 2, ...plain, units, piece, pieces: ledger.end() };
}

/** Whether more is known of a window than its events. */
function isKnown({ matches, record, judgeAtMs, judgements }: Window): boolean {
  return 0 < judgements || isTelling({ matches, record, judgeAtMs });
}

/** Whether more is known of it than how often it was judged. */
function isTelling({ matches, record, judgeAtMs }: Pick<Window, "matches" | "record" | "judgeAtMs">): boolean {
  return 0 < matches.length || record !== undefined || judgeAtMs !== undefined;
}

/** What is known of the windows of traces, in one walk over them: of most, how often they were judged. */
function tracesOf(windows: Iterable<Window>, writer: SnapshotWriter) {
  const [opened, judged]: [number[], number[]] = [[], []];
  const telling: Window[] = [];
  let [since, openedBefore, judgedBefore] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const window of windows) {
    const index = opened.length;
    const { openedPosition } = window;
    if (openedPosition < since) since = openedPosition;
    opened.push(openedPosition - openedBefore);
    openedBefore = openedPosition;
    if (isTelling(window)) {
      writer.name(window, index);
      telling.push(window);
    } else if (0 < window.judgements) {
      judged.push(index - judgedBefore, window.judgements);
      judgedBefore = index;
    }
  }
  return { since, opened, judged, states: telling.map((window) => writer.state(window)) };
}

function deadlinesOf(deadlines: readonly Deadline<Task>[], writer: SnapshotWriter) {
  const judgements: [at: EpochMs, order: number, window: WindowRef][] = [];
  const looks: number[] = [];
  let [orderBefore, storyBefore] = [0, 0];
  for (const { at, order, task } of [...deadlines].sort((a, b) => a.order - b.order)) {
    // A judgement that was moved may be asked for at its old time again: then the old entry stands for it.
    if (task.kind === "judge") judgements.push([at, order, writer.windowRef(task.window)]);
    else if (!task.record.gone) {
      const story = writer.record(task.record);
      looks.push(at, order - orderBefore, story - storyBefore);
      [orderBefore, storyBefore] = [order, story];
    }
  }
  return { judgements, looks };
}
