import type { Event } from "../model/event.ts";
import type { EpochMs } from "../model/time.ts";
import { asNumber, asObject, asText, type JsonObject, objectsOf } from "./json.ts";
import { type Teller, type WrittenTime, writtenTime } from "./kubernetes-object.ts";
import { bytesOf } from "./quantity.ts";

/** States in which nothing has happened yet. */
const STARTING = new Set(["ContainerCreating", "PodInitializing"]);

/** What the containers of a pod wait for, and how they ended. */
export function containerEvents(object: JsonObject, teller: Teller, seen: WrittenTime | undefined): Event[] {
  const spec = asObject(object["spec"]);
  const status = asObject(object["status"]);
  const deletionMs = deletionAskedFor(asObject(object["metadata"]));
  const groups = [
    ["containerStatuses", "containers"],
    ["initContainerStatuses", "initContainers"],
    ["ephemeralContainerStatuses", "ephemeralContainers"],
  ] as const;
  return groups.flatMap(([statuses, specs]) => {
    const declared = new Map(objectsOf(spec?.[specs]).map((one) => [one["name"], one]));
    return objectsOf(status?.[statuses]).flatMap((shown) => {
      const init = statuses === "initContainerStatuses";
      const container = { shown, declared: declared.get(shown["name"]), init, deletionMs };
      return [
        ...ended(container, asObject(asObject(shown["lastState"])?.["terminated"]), teller, seen),
        ...ended(container, asObject(asObject(shown["state"])?.["terminated"]), teller, seen),
        ...waiting(container, asObject(asObject(shown["state"])?.["waiting"]), teller, seen),
      ];
    });
  });
}

interface Container {
  readonly shown: JsonObject;
  readonly declared: JsonObject | undefined;
  readonly init: boolean;
  /** When the deletion of its pod was asked for. */
  readonly deletionMs: EpochMs | undefined;
}

/** The deletion timestamp of an object is when its grace period ends. */
function deletionAskedFor(metadata: JsonObject | undefined): EpochMs | undefined {
  const end = writtenTime(metadata?.["deletionTimestamp"]);
  return end === undefined ? undefined : end.ms - 1000 * (asNumber(metadata?.["deletionGracePeriodSeconds"]) ?? 0);
}

function ended(
  container: Container,
  state: JsonObject | undefined,
  teller: Teller,
  seen: WrittenTime | undefined,
): Event[] {
  if (state === undefined) return [];
  const exitCode = asNumber(state["exitCode"]);
  const at = writtenTime(state["finishedAt"]) ?? seen;
  if (at === undefined) return [];
  const said = asText(state["reason"]) ?? (exitCode === 0 ? "Completed" : "Error");
  // Who is told to end and ends is no failure, whatever code it leaves: 143, 137, or one of its own.
  const stopped = said === "Error" && container.deletionMs !== undefined && container.deletionMs <= at.ms;
  const reason = stopped ? "Stopped" : said;
  const signal = asNumber(state["signal"]) ?? signalOf(exitCode);
  const attributes = { ...about(container), ...defined({ exitCode, signal, startedAt: asText(state["startedAt"]) }) };
  const what = `${asText(container.shown["name"])}:${reason}:${at.text}`;
  const severity = reason === "Completed" || stopped ? "info" : "error";
  return [teller.tell({ what, at, reason, severity, message: asText(state["message"]), attributes })];
}

/** Shells and runtimes say 128 + n for a process that signal n ended. */
function signalOf(exitCode: number | undefined): number | undefined {
  return exitCode !== undefined && 128 < exitCode && exitCode < 160 ? exitCode - 128 : undefined;
}

function waiting(
  container: Container,
  state: JsonObject | undefined,
  teller: Teller,
  seen: WrittenTime | undefined,
): Event[] {
  const reason = asText(state?.["reason"]);
  if (reason === undefined || STARTING.has(reason) || seen === undefined) return [];
  const what = `${asText(container.shown["name"])}:${reason}:${asNumber(container.shown["restartCount"]) ?? 0}`;
  const message = asText(state?.["message"]);
  return [teller.tell({ what, at: seen, reason, severity: "warning", message, attributes: about(container) })];
}

function about({ shown, declared, init }: Container): Readonly<Record<string, unknown>> {
  const limits =
    asObject(asObject(shown["resources"])?.["limits"]) ?? asObject(asObject(declared?.["resources"])?.["limits"]);
  const memoryLimit = asText(limits?.["memory"]);
  return defined({
    container: asText(shown["name"]),
    init: init ? true : undefined,
    image: asText(declared?.["image"]) ?? asText(shown["image"]),
    restartCount: asNumber(shown["restartCount"]),
    memoryLimit,
    "memory.limit_bytes": memoryLimit === undefined ? undefined : bytesOf(memoryLimit),
  });
}

function defined(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
