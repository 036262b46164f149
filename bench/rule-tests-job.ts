import { Readable, Writable } from "node:stream";
import { keepCompiled } from "../src/cli/compile-cache.ts";

/** `tapio test` on a folder, from the start of the process on; its report is read, and not shown. */
keepCompiled(process.env);
const { runCli } = await import("../src/cli/run-cli.ts");
const [folder = ""] = process.argv.slice(2);
let out = "";
const stdout = new Writable({
  write(chunk: Buffer, _encoding, done) {
    out += chunk.toString("utf8");
    done();
  },
});
const code = await runCli(["test", folder, "--format", "json"], {
  stdin: Readable.from([]),
  stdout,
  stderr: process.stderr,
  env: {},
  signal: new AbortController().signal,
});
const seconds = process.uptime();
const { user, system } = process.cpuUsage();
const own = process.threadCpuUsage();
const { passed } = JSON.parse(out) as { readonly passed: number };
const cpuSeconds = (user + system) / 1e6;
const threadSeconds = (own.user + own.system) / 1e6;
process.stdout.write(`${JSON.stringify({ code, passed, seconds, cpuSeconds, threadSeconds })}\n`);
