import { formatTime } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import { LOG_LEVELS, type LogLevel } from "../service/config-keys.ts";
import type { Output } from "./output.ts";
import { printable } from "./text-layout.ts";

/** Writes one line about what the daemon does: time, level, message. */
export type Log = (level: Exclude<LogLevel, "silent">, message: string) => void;

/** A log on standard error, from this level on. */
export function openLog(output: Output, clock: Clock, from: LogLevel): Log {
  const least = LOG_LEVELS.indexOf(from);
  return (level, message) => {
    if (LOG_LEVELS.indexOf(level) < least) return;
    output.say(`${formatTime(clock.now())} ${level.padEnd(5)} ${printable(message)}\n`);
  };
}
