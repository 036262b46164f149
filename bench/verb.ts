import { Readable, Writable } from "node:stream";
import { keepCompiled } from "../src/cli/compile-cache.ts";

/** What a verb printed, its exit code, and what it took from the start of the process on. */
export interface VerbRun {
  readonly out: string;
  readonly code: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Processor time of the main thread. */
  readonly threadSeconds: number;
}

/** Runs a verb of the command line in this process, as it is installed; its report is read, and not shown. */
export async function runVerb(...args: readonly string[]): Promise<VerbRun> {
  keepCompiled(process.env);
  const { runCli } = await import("../src/cli/run-cli.ts");
  let out = "";
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      out += chunk.toString("utf8");
      done();
    },
  });
  const code = await runCli(args, {
    stdin: Readable.from([]),
    stdout,
    stderr: process.stderr,
    env: {},
    signal: new AbortController().signal,
  });
  const seconds = process.uptime();
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return {
    out,
    code,
    seconds,
    cpuSeconds: (all.user + all.system) / 1e6,
    threadSeconds: (own.user + own.system) / 1e6,
  };
}
