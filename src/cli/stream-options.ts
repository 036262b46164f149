import type { Command } from "commander";
import { type EpochMs, parseWhen } from "../core/model/time.ts";
import { SETTINGS, type SettingKey, type Settings } from "../service/config-keys.ts";
import { clock, type NatsSettings } from "./compose.ts";
import { CommandError } from "./failure.ts";
import { CORRELATION_KEYS } from "./settings-options.ts";

/** Settings that say which stream to read, and how to get at it. */
export const STREAM_KEYS: readonly SettingKey[] = [
  "nats.url",
  "nats.stream",
  "nats.subjects",
  "nats.creds",
  "nats.user",
  "nats.password",
  "nats.token",
];

/** Settings that say where a story and its events are, and how it was told. */
export const FROM_STORY_KEYS: readonly SettingKey[] = [...STREAM_KEYS, ...CORRELATION_KEYS];

/** Which part of a stream to read. */
export interface RangeOptions {
  readonly since?: string;
  readonly until?: string;
}

/** Adds `--since` and `--until`. */
export function addRange(command: Command, until: string): Command {
  return command
    .option("--since <when>", "begin there: a duration back from now, such as 10m, or an RFC 3339 time")
    .option("--until <when>", `end there; ${until} if left out`);
}

/** A point in time as written on the command line: `10m` ago, or an RFC 3339 time. */
export function readWhen(verb: string, flag: string, written: string | undefined): EpochMs | undefined {
  if (written === undefined) return undefined;
  const ms = parseWhen(written, clock.now());
  if (ms !== undefined) return ms;
  throw new CommandError(
    `${verb}: ${flag} must be a duration such as 10m, or a time such as 2026-03-01T10:00:00Z, and not ${written}`,
  );
}

/** Checks that a range is one. Throws {@link CommandError} where it ends before it begins. */
export function checkRange(verb: string, sinceMs: EpochMs, untilMs: EpochMs | undefined): void {
  if (untilMs === undefined || sinceMs < untilMs) return;
  const without = "without --since it is read from now on";
  throw new CommandError(`${verb}: --until must be later than --since${verb === "tap" ? `; ${without}` : ""}`);
}

/** The settings with a server and a stream. Throws {@link CommandError} where one is missing. */
export function withStream(verb: string, settings: Settings): NatsSettings {
  const { "nats.url": url, "nats.stream": stream } = settings;
  const missing = (key: "nats.url" | "nats.stream", example: string): string[] =>
    settings[key] === undefined ? [`--${SETTINGS[key].flag} ${example} (or ${SETTINGS[key].env})`] : [];
  if (url === undefined || stream === undefined) {
    const all = [...missing("nats.url", "nats://HOST:4222"), ...missing("nats.stream", "NAME")];
    throw new CommandError(`${verb}: missing ${all.join(" and ")}`);
  }
  return { ...settings, "nats.url": url, "nats.stream": stream };
}
