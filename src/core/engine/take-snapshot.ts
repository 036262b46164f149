import type { DeadlineData, EngineSnapshot, LogGap, RuleMeaning } from "../model/snapshot.ts";
import type { EpochMs } from "../model/time.ts";
import type { Announcer } from "./announcer.ts";
import type { Claims } from "./arbitrate.ts";
import type { Deadline } from "./deadlines.ts";
import type { HeardSources } from "./heard-sources.ts";
import type { JoinGroups } from "./join-groups.ts";
import { SnapshotWriter } from "./snapshot-writer.ts";
import type { StoryBook } from "./story-book.ts";
import type { Task } from "./task.ts";
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
}

/** Writes down what an engine holds; it is as large as what is open and remembered, never as the log. */
export function takeSnapshot(parts: SnapshotParts): EngineSnapshot {
  const { nowMs, position, windows, groups, book, claims, announcer, sources } = parts;
  const writer = new SnapshotWriter((match) => book.rivalOf(match));
  const opened = [...windows.all()].map(({ openedPosition }) => openedPosition);
  const open = [...groups.table.byIdleness()];
  const orderOf = new Map([...groups.table.all()].map((group, order) => [group, order]));
  const since = Math.min(position + 1, opened[0] ?? position + 1, ...open.map(({ openedPosition }) => openedPosition));
  return {
    format: 1,
    nowMs: Number.isFinite(nowMs) ? nowMs : null,
    rules: parts.rules,
    position,
    since,
    opened,
    late: parts.late.filter((at) => since <= at),
    groups: open.map((group) =>
      writer.group(group, {
        order: orderOf.get(group) ?? 0,
        kept: groups.keptWindows(group),
        matchOf: (event) => announcer.memberOf(event),
      }),
    ),
    states: [...windows.all(), ...open].flatMap((window) => writer.state(window) ?? []),
    deadlines: parts.deadlines.flatMap((deadline) => deadlineData(deadline, writer)),
    parked: [...claims.parked].map((match) => writer.match(match)),
    stories: [...book.records].map((record) => writer.record(record)),
    remembered: [...book.windows].map((window) => writer.windowRef(window)),
    heard: [...sources.all],
    waiting: [...sources.waiting()].map(([source, window]) => [source, writer.windowRef(window)]),
    ...(parts.gaps.length === 0 ? {} : { gaps: parts.gaps }),
  };
}

function deadlineData({ at, order, task }: Deadline<Task>, writer: SnapshotWriter): DeadlineData[] {
  if (task.kind === "look") return task.record.gone ? [] : [[at, order, { story: task.record.id }]];
  // A judgement that was moved may be asked for at its old time again: then the old entry stands for it.
  return [[at, order, { window: writer.windowRef(task.window) }]];
}
