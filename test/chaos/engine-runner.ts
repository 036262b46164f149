import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ENGINE = fileURLToPath(new URL("engine-process.ts", import.meta.url));

// A harness that ends early takes its engines with it.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * The engine's process, and its successors. The next one is started, and reads its rules, while the
 * last one still runs: what is waited for after a kill is the connection and the restoring.
 */
export class EngineRunner implements AsyncDisposable {
  readonly #args: readonly string[];
  /** What one engine has compiled the next one need not: hundreds are started. */
  readonly #compiled = mkdtempSync(join(tmpdir(), "tapio-chaos-"));
  #child: ChildProcess | undefined;
  #next: ChildProcess;
  /** What it wrote to stderr last: why it ended, if it did by itself. */
  lastWords = "";

  constructor(args: readonly string[]) {
    this.#args = args;
    this.#next = this.#launch();
  }

  /** Lets an engine run, unless one does; it dies at the named step if one is given. Answers when it reads. */
  async start(step = ""): Promise<void> {
    if (this.#child !== undefined && !hasEnded(this.#child)) return;
    const child = this.#next;
    this.#child = child;
    this.#next = this.#launch();
    this.lastWords = "";
    // Whether it comes up or dies on its way there.
    const isUp = (async () => {
      for await (const text of child.stdout ?? []) if (String(text).includes("running")) return;
    })();
    child.stdin?.write(`${step}\n`);
    await Promise.race([isUp, this.ended()]);
  }

  /** Whether the engine died, or ended by itself. */
  get hasEnded(): boolean {
    return this.#child !== undefined && hasEnded(this.#child);
  }

  /** Resolves when the engine has ended. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && !hasEnded(child)) await once(child, "exit");
  }

  /** Sends a signal to the engine, and for SIGKILL and SIGTERM waits for its end. */
  async signal(name: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): Promise<void> {
    const ended = this.ended();
    this.#child?.kill(name);
    if (name === "SIGKILL" || name === "SIGTERM") await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [this.#child, this.#next]) {
      if (child === undefined || hasEnded(child)) continue;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#compiled, { recursive: true, force: true });
  }

  #launch(): ChildProcess {
    const env = { ...process.env, NODE_COMPILE_CACHE: this.#compiled };
    const child = spawn(process.execPath, [ENGINE, ...this.#args], { stdio: ["pipe", "pipe", "pipe"], env });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (child === this.#child) this.lastWords = (this.lastWords + text).slice(-2_000);
    });
    // Whoever is killed reads no more.
    child.stdin?.on("error", () => undefined);
    running.add(child);
    child.once("exit", () => running.delete(child));
    return child;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
