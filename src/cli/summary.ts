import { counted } from "../core/expression/counted.ts";
import type { EngineCounters, Story } from "../core/model/story.ts";
import type { Books } from "../service/books.ts";
import { printable } from "./text-layout.ts";

/** Kinds named in the summary; the rest is summed up. */
const KINDS_SHOWN = 5;

/**
 * One line on what became of the input, and after it the bad entries with their places and reasons:
 * the first of them, the rest counted. Stories are named where the caller has counted them; `old` says what
 * became of events that are much behind their log.
 */
export function summaryOf(books: Books, stories?: readonly Story[], old = "set aside"): string {
  const parts = [
    `${counted(books.entries, "entry")} read`,
    counted(books.events, "event"),
    ...(books.rejected === 0 ? [] : [`${counted(books.rejected, "bad line")} skipped`]),
    ...kindsOf("of unknown shape", books.unknown),
    ...kindsOf("filtered", books.filtered),
    ...(books.skewed === 0 ? [] : [`${books.skewed} with a wrong clock`]),
    ...(stories === undefined ? [] : [counted(stories.length, "story")]),
  ];
  const lines = [`tapio: ${parts.join(" · ")}`];
  for (const { place, reason } of books.rejections) lines.push(`  bad: ${printable(place)}: ${printable(reason)}`);
  const more = books.rejected - books.rejections.length;
  if (0 < more) lines.push(`  bad: and ${counted(more, "more line")}`);
  if (0 < books.gaps)
    lines.push(`  lost: up to ${counted(books.lost, "entry")} that the stream had deleted before they could be read`);
  if (0 < books.old) {
    lines.push(`  old: ${counted(books.old, "event")} more than a day behind the stream: ${old}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Why there is no story, as far as the numbers tell. */
export function noStoryLine(books: Books, counters: EngineCounters): string {
  if (books.events === 0) return "tapio: no story: there was no event in the input\n";
  const windows = counted(counters.windowsOpened, "window");
  return `tapio: no story: ${counted(books.events, "event")} in ${windows} of one trace each, and no rule held\n`;
}

/** How much less there is to read at every stage. */
export function statsOf(counters: EngineCounters, stories: readonly Story[]): string {
  const raw = counters.events;
  const distinct = raw - counters.duplicates;
  const grouped = stories.reduce((sum, { events }) => sum + events.total, 0);
  const share = (count: number): string => (raw === 0 ? "" : ` (${((count / raw) * 100).toFixed(1)} %)`);
  return (
    `tapio: ${raw} raw → ${distinct} deduplicated${share(distinct)} → ${grouped} grouped${share(grouped)}` +
    ` → ${counted(stories.length, "story")}${share(stories.length)}\n`
  );
}

function kindsOf(what: string, counts: Readonly<Record<string, number>>): string[] {
  const kinds = Object.entries(counts).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  if (kinds.length === 0) return [];
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  const shown = kinds.slice(0, KINDS_SHOWN).map(([kind, count]) => `${printable(kind)} ${count}`);
  if (KINDS_SHOWN < kinds.length) shown.push(`${kinds.length - KINDS_SHOWN} more`);
  return [`${total} ${what} (${shown.join(", ")})`];
}
