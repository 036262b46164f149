import { Readable, Writable } from "node:stream";
import type { OutputStream } from "../../src/cli/output.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import type { Surroundings } from "../../src/cli/shell.ts";

/** What one run of the program came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How the program is surrounded; without more, everything is a pipe and nothing is typed. */
export interface RunOptions {
  readonly stdin?: string | "terminal" | Readable;
  readonly terminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs a command line in this process, on streams of its own. */
export async function tapio(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { stdin = "", terminal = false, env = {}, signal = new AbortController().signal } = options;
  const [stdout, stderr] = [new Kept(terminal), new Kept(terminal)];
  const text = typeof stdin === "string" && stdin !== "terminal" ? [Buffer.from(stdin)] : [];
  const input: Surroundings["stdin"] = Object.assign(typeof stdin === "string" ? Readable.from(text) : stdin, {
    isTTY: stdin === "terminal",
  });
  const code = await runCli(argv, { stdin: input, stdout, stderr, env, signal });
  return { code, out: stdout.text, err: stderr.text };
}

/** A stream that keeps what it is given, and may pose as a terminal. */
class Kept extends Writable implements OutputStream {
  readonly isTTY: boolean;
  readonly columns = 100;
  text = "";

  constructor(isTerminal: boolean) {
    super();
    this.isTTY = isTerminal;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}
