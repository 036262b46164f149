import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serialize } from "node:v8";
import { openPackSource } from "../../src/adapters/file/pack-source.ts";
import { RUNNING, type Saved } from "./engine-words.ts";

/** Longest time for an engine to come to where it is wanted. */
const COME_MS_MAX = 60_000;

const ENGINE = fileURLToPath(new URL("engine-process.ts", import.meta.url));

// A harness that ends early takes its engines with it.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** What the engines read, and how they are made. */
export interface EngineRunnerOptions {
  readonly url: string;
  readonly stream: string;
  readonly rulesPath: string;
  readonly design?: string;
  readonly replicas?: number;
  /** Ends all engines: none is started any more. */
  readonly signal?: AbortSignal;
}

/** Name of the file that holds the rules as they were read. */
const RULES = "rules";

/**
 * The engine's process, and its successors. The next one is started, and loads its code, while the
 * last one still runs: what is waited for after a kill is the connection and the restoring.
 */
export class EngineRunner implements AsyncDisposable {
  readonly #args: readonly string[];
  /** What one engine has read and compiled the next one need not: hundreds are started. */
  readonly #folder: string;
  readonly #signal: AbortSignal | undefined;
  #child: ChildProcess | undefined;
  #next: ChildProcess;
  /** What it wrote to stderr last: why it ended, if it did by itself. */
  lastWords = "";
  /** The last words of each that ended by itself, with an error. */
  readonly gaveUp: string[] = [];
  #saved: Saved | undefined;

  private constructor(options: EngineRunnerOptions, folder: string) {
    const { url, stream, design = "", replicas = 1, signal } = options;
    this.#args = [url, stream, join(folder, RULES), design, String(replicas)];
    this.#folder = folder;
    this.#signal = signal;
    signal?.addEventListener("abort", () => void this.#child?.kill("SIGKILL"), { once: true });
    this.#next = this.#launch();
  }

  /** Reads the rules, once for all engines. */
  static async open(options: EngineRunnerOptions): Promise<EngineRunner> {
    const { rules } = await openPackSource({ paths: [options.rulesPath] }).load({});
    const folder = await mkdtemp(join(tmpdir(), "tapio-chaos-"));
    await writeFile(join(folder, RULES), serialize(rules));
    return new EngineRunner(options, folder);
  }

  /** Lets an engine run, unless one does; it dies at the named step if one is given. Answers when it reads. */
  async start(step = ""): Promise<void> {
    this.#signal?.throwIfAborted();
    if (this.#child !== undefined && !hasEnded(this.#child)) return;
    const child = this.#next;
    this.#child = child;
    this.#next = this.#launch();
    this.lastWords = "";
    // Whether it comes up or dies on its way there.
    const isUp = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout ?? process.stdin }).on("line", (line) => {
        if (line === RUNNING) resolve();
        else this.#noteSaved(JSON.parse(line) as Saved);
      });
    });
    child.stdin?.write(`${step}\n`);
    await Promise.race([isUp, this.ended()]);
  }

  /** The latest checkpoint that any of them said it had saved; there may be a later one. */
  get saved(): Saved | undefined {
    return this.#saved;
  }

  /** Lets an engine run until it has saved a checkpoint from which nothing before `from` is read again. */
  async comeTo(position: number, from = 0): Promise<void> {
    for (let waitedMs = 0; waitedMs < COME_MS_MAX; waitedMs += 50) {
      if (position <= (this.#saved?.position ?? 0) && from <= (this.#saved?.from ?? 0)) return;
      await this.start();
      await sleep(50);
    }
    throw new Error(`no engine came to ${position} in time; the last one's last words: ${this.lastWords}`);
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
    await rm(this.#folder, { recursive: true, force: true });
  }

  #noteSaved(saved: Saved): void {
    if ((this.#saved?.position ?? 0) <= saved.position) this.#saved = saved;
  }

  #launch(): ChildProcess {
    const env = { ...process.env, NODE_COMPILE_CACHE: this.#folder };
    const child = spawn(process.execPath, [ENGINE, ...this.#args], { stdio: "pipe", env });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (child === this.#child) this.lastWords = (this.lastWords + text).slice(-2_000);
    });
    // Whoever is killed reads no more.
    child.stdin?.on("error", () => undefined);
    running.add(child);
    child.once("close", (code) => {
      running.delete(child);
      if (code !== null && code !== 0) this.gaveUp.push(this.lastWords);
    });
    return child;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
