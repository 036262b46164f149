import type { Decoded, Severity } from "../../model/event.ts";
import { formatTime } from "../../model/time.ts";
import { foreignEvent, idOfParts } from "../foreign-event.ts";
import { asNumber, asObject, asText, type JsonObject, present } from "../json.ts";
import { type WrittenTime, writtenTime } from "../kubernetes-object.ts";
import type { Reading } from "../reading.ts";
import { kernelEvent } from "./kernel-line.ts";

const TEXTS = ["log", "message", "msg", "MESSAGE"];
const TIMES = ["time", "timestamp", "@timestamp", "ts", "date", "receivedAt"];

/** Whether a payload is a line that a log shipper wrapped, or one of a kernel tracer. */
export function isLogLine(value: JsonObject): boolean {
  return value["metadata"] === undefined && (textOf(value) !== undefined || isTracer(value));
}

/** A line of bpftrace: what it prints, and nothing else. */
function isTracer(value: JsonObject): boolean {
  return typeof value["type"] === "string" && "data" in value && Object.keys(value).length === 2;
}

function textOf(value: JsonObject): string | undefined {
  for (const name of TEXTS) {
    const text = asText(value[name]);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Decodes a line of an application or of the kernel, where it tells of something wrong. */
export function decodeLogLine(value: JsonObject, reading: Reading): Decoded {
  const text = textOf(value);
  const time = timeOf(value);
  if (text === undefined || time === undefined) return { outcome: "filtered", reason: "a line without a time of day" };
  const kubernetes = asObject(value["kubernetes"]);
  const node =
    asText(kubernetes?.["host"]) ??
    asText(value["_HOSTNAME"]) ??
    asText(value["hostname"]) ??
    asText(value["host"]) ??
    asText(value["node"]);
  if (isKernel(value, text)) {
    const event = kernelEvent(text, time, node, reading);
    return event === undefined
      ? { outcome: "filtered", reason: "a line of the kernel without bad news" }
      : { outcome: "events", events: [event] };
  }
  const level = levelOf(value, text);
  if (level === undefined) return { outcome: "filtered", reason: "a log line below WARN" };
  const pod = asText(kubernetes?.["pod_name"]) ?? asText(value["pod"]);
  const namespace = asText(kubernetes?.["namespace_name"]) ?? asText(value["namespace"]);
  const about =
    pod === undefined
      ? { kind: "Node", namespace: undefined, name: node ?? "unknown" }
      : { kind: "Pod", namespace, name: pod };
  const event = foreignEvent(
    {
      id: idOfParts("line", about, time.text, text),
      at: time,
      source: "log",
      type: `log.${level}`,
      severity: level,
      message: text.trimEnd().slice(0, MESSAGE_MAX),
      about,
      node,
      attributes: present({
        container: asText(kubernetes?.["container_name"]) ?? asText(value["container"]),
        stream: asText(value["stream"]),
        logger: asText(value["logger"]),
      }),
    },
    reading,
  );
  return { outcome: "events", events: [event] };
}

const MESSAGE_MAX = 2_000;
const KERNEL_WORDS =
  /oom-kill:|Killed process|segfault at|nf_conntrack:|blocked for more than|pids controller|EXT4-fs error|I\/O error, dev/;

function isKernel(value: JsonObject, text: string): boolean {
  return value["_TRANSPORT"] === "kernel" || value["SYSLOG_IDENTIFIER"] === "kernel" || KERNEL_WORDS.test(text);
}

function timeOf(value: JsonObject): WrittenTime | undefined {
  for (const name of TIMES) {
    const written = writtenTime(value[name]);
    if (written !== undefined) return written;
    const number = asNumber(value[name]);
    if (number !== undefined && 1e9 < number) return fromEpoch(number < 1e11 ? number * 1000 : number);
  }
  const micros = Number(asText(value["__REALTIME_TIMESTAMP"]) ?? Number.NaN);
  return 1e15 < micros ? fromEpoch(micros / 1000) : undefined;
}

function fromEpoch(ms: number): WrittenTime | undefined {
  const whole = Math.floor(ms);
  return whole < 8.64e15 ? { text: formatTime(whole), ms: whole, precisionMs: 1 } : undefined;
}

const LEVELS: readonly (readonly [RegExp, Severity])[] = [
  [/^(?:fatal|crit|emerg|panic|alert)/i, "critical"],
  [/^(?:err|severe)/i, "error"],
  [/^warn/i, "warning"],
];
/** In a line without a level, at its beginning: a level in words, or klog's letter. */
const IN_TEXT =
  /^.{0,80}?\b(?:(FATAL|PANIC|panic:|fatal:|CRITICAL)|(ERROR|ERR|Error|error:|level=error|Exception|Traceback)|(WARN|WARNING|level=warn))/s;
const KLOG = /^([FEW])\d{4} \d{2}:/;

function levelOf(value: JsonObject, text: string): Severity | undefined {
  const named = asText(value["level"]) ?? asText(value["severity"]) ?? asText(value["lvl"]);
  if (named !== undefined) return LEVELS.find(([pattern]) => pattern.test(named))?.[1];
  const letter = KLOG.exec(text)?.[1];
  if (letter !== undefined) return letter === "F" ? "critical" : letter === "E" ? "error" : "warning";
  const [, fatal, error, warning] = IN_TEXT.exec(text) ?? [];
  if (fatal !== undefined) return "critical";
  if (error !== undefined) return "error";
  return warning === undefined ? undefined : "warning";
}
