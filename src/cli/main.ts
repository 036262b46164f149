#!/usr/bin/env -S node --max-semi-space-size=16 --heap-growing-percent=80
import { keepCompiled } from "./compile-cache.ts";

keepCompiled(process.env);
const { listenForSignals } = await import("./compose.ts");
const { runCli } = await import("./run-cli.ts");

/** How long what is still open after the work may keep the process alive. */
const LINGER_MS = 1_000;

const { stdin, stdout, stderr, env, argv } = process;
// A reader that goes away is heard where it is written to; the event of it may come after that.
for (const stream of [stdout, stderr]) stream.on("error", () => {});
using signals = listenForSignals();
process.exitCode = await runCli(argv.slice(2), { stdin, stdout, stderr, env, signal: signals.signal });
setTimeout(() => process.exit(), LINGER_MS).unref();
