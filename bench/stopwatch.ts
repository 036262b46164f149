/** What a stretch of work took. */
export interface Taken {
  readonly seconds: number;
  /** Time of the processor in this process, garbage collection and all threads included. */
  readonly cpuSeconds: number;
  readonly maxRssMiB: number;
}

/** Starts to measure; the function that it returns ends it. */
export function stopwatch(): () => Taken {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  return () => {
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const { user, system } = process.cpuUsage(cpu);
    return { seconds, cpuSeconds: (user + system) / 1e6, maxRssMiB: process.resourceUsage().maxRSS / 1024 };
  };
}
