import { Readable, Writable } from "node:stream";
import { keepCompiled } from "../src/cli/compile-cache.ts";

/** `tapio backtest` with these arguments, from the start of the process on; its report is read, and not shown. */
keepCompiled(process.env);
const { runCli } = await import("../src/cli/run-cli.ts");
let out = "";
const stdout = new Writable({
  write(chunk: Buffer, _encoding, done) {
    out += chunk.toString("utf8");
    done();
  },
});
const code = await runCli(["backtest", ...process.argv.slice(2), "--output", "json"], {
  stdin: Readable.from([]),
  stdout,
  stderr: process.stderr,
  env: {},
  signal: new AbortController().signal,
});
const seconds = process.uptime();
const { user, system } = process.cpuUsage();
const own = process.threadCpuUsage();
const { events, stories, against } = JSON.parse(out) as {
  readonly events: number;
  readonly stories: number;
  readonly against?: {
    readonly added: readonly unknown[];
    readonly removed: readonly unknown[];
    readonly same: number;
  };
};
const differs = (against?.added.length ?? 0) + (against?.removed.length ?? 0);
const cpuSeconds = (user + system) / 1e6;
const threadSeconds = (own.user + own.system) / 1e6;
const maxRssMiB = process.resourceUsage().maxRSS / 1024;
const report = { code, events, stories, same: against?.same, differs, seconds, cpuSeconds, threadSeconds, maxRssMiB };
process.stdout.write(`${JSON.stringify(report)}\n`);
