import type { MetricFamily, MetricSample } from "./metric-text.ts";
import type { ServiceState } from "./service-state.ts";
import type { SinkStatus } from "./sink-queue.ts";

/** How one metric is read from the state. */
interface Metric extends Omit<MetricFamily, "samples"> {
  readonly read: (state: ServiceState) => number | undefined | readonly MetricSample[];
}

const METRICS: readonly Metric[] = [
  gauge("tapio_build_info", "1, with the version as a label.", ({ version }) => [{ labels: { version }, value: 1 }]),
  gauge("tapio_start_time_seconds", "When the engine started.", ({ startedAtMs }) => startedAtMs / 1_000),

  counter("tapio_entries_total", "Entries read: messages, and items of lists.", ({ books }) => books.entries),
  counter("tapio_entries_used_total", "Entries that gave events.", ({ books }) => books.decoded),
  counter("tapio_entries_filtered_total", "Entries left out on purpose, by reason.", ({ books }) =>
    byLabel("reason", books.filtered),
  ),
  counter("tapio_entries_unknown_total", "Entries of a shape that no decoder knows, by shape.", ({ books }) =>
    byLabel("shape", books.unknown),
  ),
  counter(
    "tapio_entries_dead_lettered_total",
    "Entries that could not be decoded, and went to the dead letters.",
    ({ books }) => books.rejected,
  ),
  gauge("tapio_books_balanced", "1 if every entry read is accounted for once.", ({ books }) => Number(books.balance())),

  counter("tapio_events_total", "Events that the engine took.", ({ counters }) => counters.events),
  counter("tapio_events_skewed_total", "Events more than 5 min ahead of their log.", ({ books }) => books.skewed),
  counter("tapio_events_old_total", "Events more than a day behind their log, set aside.", ({ books }) => books.old),
  counter(
    "tapio_events_late_total",
    "Events that came after their window had closed.",
    ({ counters }) => counters.late,
  ),
  counter(
    "tapio_events_duplicate_total",
    "Events that their window held already.",
    ({ counters }) => counters.duplicates,
  ),
  counter(
    "tapio_events_dropped_total",
    "Events counted and not held: their window was full.",
    ({ counters }) => counters.eventsDropped,
  ),

  gauge("tapio_windows_open", "Windows that are open, by what they hold together.", ({ windows }) =>
    byLabel("of", { trace: windows.traces, group: windows.groups }),
  ),
  gauge("tapio_windows_bytes", "What open windows hold of the log, estimated.", ({ windows }) => windows.bytes),
  counter("tapio_windows_opened_total", "Windows opened.", ({ counters }) => counters.windowsOpened),
  counter("tapio_windows_closed_total", "Windows closed.", ({ counters }) => counters.windowsClosed),
  counter(
    "tapio_windows_evicted_total",
    "Windows closed early because there were too many, or they held too much.",
    ({ counters }) => counters.windowsEvicted,
  ),
  counter(
    "tapio_groups_refused_total",
    "Join groups not opened because there were too many.",
    ({ counters }) => counters.groupsRefused,
  ),
  counter(
    "tapio_absence_waits_dropped_total",
    "Windows that no longer wait to hear from a source, because too many did.",
    ({ counters }) => counters.waitsDropped,
  ),

  counter("tapio_searches_truncated_total", "Searches that a limit cut short, by rule.", ({ counters }) =>
    byLabel("rule", counters.truncated),
  ),
  counter("tapio_joins_refused_total", "Key values that joined too many events, by rule.", ({ counters }) =>
    byLabel("rule", counters.fanOut),
  ),
  counter("tapio_templates_failed_total", "Story texts that could not be made whole, by why.", ({ counters }) =>
    byLabel("because", { missing: counters.templatesMissing, failed: counters.templatesFailed }),
  ),
  counter("tapio_stories_total", "What was told of stories, by kind of change.", ({ counters }) =>
    byLabel("change", {
      told: counters.storiesTold,
      revised: counters.storiesRevised,
      resolved: counters.storiesResolved,
      retracted: counters.storiesRetracted,
    }),
  ),
  counter(
    "tapio_stories_forgotten_total",
    "Stories forgotten because there were too many.",
    ({ counters }) => counters.storiesForgotten,
  ),

  gauge(
    "tapio_sink_waiting",
    "Changes that a sink has not confirmed.",
    bySink(({ waiting }) => waiting),
  ),
  counter(
    "tapio_sink_delivered_total",
    "Changes that a sink has confirmed.",
    bySink(({ delivered }) => delivered),
  ),
  counter(
    "tapio_sink_replaced_total",
    "Revisions that a later one replaced before they were sent.",
    bySink(({ replaced }) => replaced),
  ),
  counter(
    "tapio_sink_failures_total",
    "Attempts to deliver that failed and were tried again.",
    bySink(({ failures }) => failures),
  ),
  counter(
    "tapio_sink_dead_lettered_total",
    "Changes that a sink refused for good.",
    bySink(({ buried }) => buried),
  ),
  gauge(
    "tapio_sink_broken",
    "1 if a sink failed so often that it is left alone for a while.",
    bySink(({ breaker }) => Number(breaker !== "closed")),
  ),
  counter(
    "tapio_notifications_held_back_total",
    "New stories that an overflow story stands for.",
    ({ heldBack }) => heldBack,
  ),

  gauge("tapio_rules_loaded", "Rules in force.", ({ rules }) => rules?.rules.rules.length),
  gauge("tapio_rules_info", "1 for each pack in force.", ({ rules }) =>
    rules?.rules.packs.map(({ name, version, digest }) => ({ labels: { pack: name, version, digest }, value: 1 })),
  ),
  gauge("tapio_rules_loaded_timestamp_seconds", "When the rules in force were loaded.", ({ rules }) =>
    seconds(rules?.loadedAtMs),
  ),
  counter("tapio_rules_reloads_total", "Times that other rules came into force.", ({ rules }) => rules?.reloads),
  counter("tapio_rules_reload_failures_total", "Times that rules could not be loaded.", ({ rules }) => rules?.failures),
  gauge(
    "tapio_rules_reload_failed",
    "1 if the last attempt to load rules failed, and the ones before stay in force.",
    ({ rules }) => (rules === undefined ? undefined : Number(0 < rules.problems.length)),
  ),

  gauge("tapio_log_position", "Position of the last entry worked through.", ({ log }) => log?.position),
  gauge("tapio_log_pending", "Entries that wait in the log, as it said last.", ({ log }) => log?.pending),
  gauge(
    "tapio_log_time_seconds",
    "When the log stored that entry; now minus this is the lag of a busy log.",
    ({ log }) => seconds(log?.logTimeMs),
  ),
  counter(
    "tapio_log_gaps_total",
    "Times that the log had deleted entries before they could be read.",
    ({ books }) => books.gaps,
  ),
  counter("tapio_log_entries_lost_total", "Entries that were deleted then, at most.", ({ books }) => books.lost),
  counter(
    "tapio_log_went_back_total",
    "Times that the log went back behind what was read of it, or was another one by its name.",
    ({ books }) => books.wentBack,
  ),
  gauge(
    "tapio_checkpoint_position",
    "Position that the last checkpoint stands for.",
    ({ checkpoint }) => checkpoint?.position,
  ),
  gauge("tapio_checkpoint_age_seconds", "Time since the last checkpoint was written.", ({ checkpoint, nowMs }) =>
    checkpoint === undefined ? undefined : Math.max(0, nowMs - checkpoint.savedAtMs) / 1_000,
  ),
];

/** The service's metrics, in the order of docs/metrics.md. What is not known has no samples. */
export function metricsOf(state: ServiceState): readonly MetricFamily[] {
  return METRICS.map(({ read, ...family }) => {
    const found = read(state);
    const samples = typeof found === "number" ? [{ value: found }] : (found ?? []);
    return { ...family, samples };
  });
}

function counter(name: string, help: string, read: Metric["read"]): Metric {
  return { name, type: "counter", help, read };
}

function gauge(name: string, help: string, read: Metric["read"]): Metric {
  return { name, type: "gauge", help, read };
}

function byLabel(label: string, counts: Readonly<Record<string, number>>): MetricSample[] {
  return Object.entries(counts).map(([text, value]) => ({ labels: { [label]: text }, value }));
}

function bySink(read: (status: SinkStatus) => number): Metric["read"] {
  return ({ sinks }) => sinks.map((sink) => ({ labels: { sink: sink.name }, value: read(sink) }));
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : ms / 1_000;
}
