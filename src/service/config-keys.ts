import { EVENT_CHARS_MAX } from "../core/intake/native-event.ts";
import { DEFAULT_LIMITS } from "../core/model/limits.ts";
import { type DurationMs, parseTime } from "../core/model/time.ts";
import { duration, list, type Setting, text, wholeNumber, withoutLogins } from "./setting.ts";
import { SINK_SETTINGS, type SinkSettings } from "./sink-keys.ts";

/** Where the HTTP server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Every setting by its key, with the type it is read as. */
export interface Settings extends SinkSettings {
  readonly "nats.url": string | undefined;
  readonly "nats.stream": string | undefined;
  readonly "nats.subjects": readonly string[];
  readonly "nats.creds": string | undefined;
  readonly "nats.user": string | undefined;
  readonly "nats.password": string | undefined;
  readonly "nats.token": string | undefined;
  /** Where to begin without a checkpoint: `all`, `new`, or an RFC 3339 time. */
  readonly "nats.start": string;
  /** On how many servers of a cluster the streams and the bucket that have to be made are kept. */
  readonly "nats.replicas": number;
  /** Local files for the place in the stream; JetStream's key-value bucket when undefined. */
  readonly "checkpoint.path": string | undefined;
  /** Files and folders of rule packs; the packs that ship when empty. */
  readonly rules: readonly string[];
  readonly correlationWindow: DurationMs;
  readonly maxWindow: DurationMs;
  readonly minEvents: number;
  /** Bounds: see `EngineLimits`. */
  readonly "limits.eventBytes": number;
  readonly "limits.openWindows": number;
  readonly "limits.windowEvents": number;
  readonly "limits.stateBytes": number;
  readonly "http.listen": ListenAddress;
  readonly "log.level": LogLevel;
}

export type SettingKey = keyof Settings;

const URL_SHAPE = /^(?:(?:nats|tls|ws|wss):\/\/)?[^\s/]+$/;

/** All settings, in the order in which `config show` prints them. */
export const SETTINGS: { readonly [Key in SettingKey]: Setting<Settings[Key]> } = {
  "nats.url": {
    ...text("nats", "TAPIO_NATS_URL"),
    read: ([url = ""]) => {
      const shaped = url.split(",").every((one) => URL_SHAPE.test(one.trim()));
      return shaped ? { value: url } : "an address such as nats://127.0.0.1:4222";
    },
    show: (url) => withoutLogins(url ?? ""),
  },
  "nats.stream": {
    ...text("stream", "TAPIO_NATS_STREAM"),
    read: ([name = ""]) =>
      /^[^\s.*>/\\]+$/.test(name) ? { value: name } : "the name of a stream, without dots or wildcards",
  },
  "nats.subjects": list("subjects", "TAPIO_NATS_SUBJECTS"),
  "nats.creds": text("creds", "TAPIO_NATS_CREDS"),
  "nats.user": text("nats-user", "TAPIO_NATS_USER"),
  "nats.password": { ...text("nats-password", "TAPIO_NATS_PASSWORD"), secret: true },
  "nats.token": { ...text("nats-token", "TAPIO_NATS_TOKEN"), secret: true },
  "nats.start": {
    flag: "start",
    env: "TAPIO_NATS_START",
    fallback: "all",
    read: ([start = ""]) => {
      const known = start === "all" || start === "new" || parseTime(start) !== undefined;
      return known ? { value: start } : "all, new, or a time such as 2026-03-01T10:00:00Z";
    },
    show: (start) => start,
  },
  "nats.replicas": wholeNumber("nats-replicas", "TAPIO_NATS_REPLICAS", 1),
  "checkpoint.path": text("checkpoint", "TAPIO_CHECKPOINT_PATH"),
  rules: list("rules", "TAPIO_RULES"),
  correlationWindow: duration("correlation-window", "TAPIO_CORRELATION_WINDOW", 300_000),
  maxWindow: duration("max-window", "TAPIO_MAX_WINDOW", 1_800_000),
  minEvents: wholeNumber("min-events", "TAPIO_MIN_EVENTS", DEFAULT_LIMITS.minEvents),
  "limits.eventBytes": wholeNumber("limit-event-bytes", "TAPIO_LIMIT_EVENT_BYTES", EVENT_CHARS_MAX, 1_000),
  "limits.openWindows": wholeNumber("limit-open-windows", "TAPIO_LIMIT_OPEN_WINDOWS", DEFAULT_LIMITS.openWindowsMax),
  "limits.windowEvents": wholeNumber(
    "limit-window-events",
    "TAPIO_LIMIT_WINDOW_EVENTS",
    DEFAULT_LIMITS.windowEventsMax,
    2,
  ),
  "limits.stateBytes": wholeNumber(
    "limit-state-bytes",
    "TAPIO_LIMIT_STATE_BYTES",
    DEFAULT_LIMITS.stateBytesMax,
    100_000,
  ),
  "http.listen": {
    flag: "listen",
    env: "TAPIO_HTTP_LISTEN",
    fallback: { host: "127.0.0.1", port: 8787 },
    read: ([address = ""]) => {
      const [, host = "127.0.0.1", port = ""] = /^(?:(\[[^\]]+\]|[^:[\]]+)?:)?(\d{1,5})$/.exec(address) ?? [];
      const valid = port !== "" && Number(port) <= 65_535;
      return valid ? { value: { host: host.replace(/^\[|\]$/g, ""), port: Number(port) } } : "HOST:PORT or a port";
    },
    show: ({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`,
  },
  "log.level": {
    flag: "log-level",
    env: "TAPIO_LOG_LEVEL",
    fallback: "info",
    read: ([level = ""]) => {
      const known = LOG_LEVELS.find((one) => one === level);
      return known === undefined ? `one of ${LOG_LEVELS.join(", ")}` : { value: known };
    },
    show: (level) => level,
  },
  ...SINK_SETTINGS,
};
