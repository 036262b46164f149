import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findNatsServer } from "../../scripts/nats-server.mjs";

const START_MS_MAX = 10_000;
const STOP_MS_MAX = 5_000;

/** How to start a server; what is left out is chosen so that servers started side by side do not meet. */
export interface NatsServerOptions {
  /** Whether streams are served; true if left out. */
  readonly jetstream?: boolean;
  /** Where streams are stored; left out, a temporary folder that goes when the server is stopped. */
  readonly storeDir?: string;
  /** More configuration, in the server's own language. */
  readonly config?: string;
}

/** A real nats-server on a loopback port of its own. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** What it has logged so far. */
  log(): Promise<string>;
  /** Ends it in order, by its process id, and removes its temporary folder. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would; what it had stored stays for a restart. */
  kill(): Promise<void>;
  /** Ends it in order if it runs, and starts it on the same store and port. */
  restart(): Promise<void>;
}

/** Whether a nats-server binary is at hand; throws if TAPIO_NATS_SERVER names something else. */
export function natsServerAvailable(): boolean {
  return findNatsServer() !== undefined;
}

/** Starts a server and waits until it listens, at most 10 s; throws with the server's log if it does not. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const program = findNatsServer();
  if (program === undefined) throw new Error("no nats-server (set TAPIO_NATS_SERVER)");
  const folder = await mkdtemp(join(tmpdir(), "tapio-nats-"));
  const args = ["--addr", "127.0.0.1", "--ports_file_dir", folder, "--log", logIn(folder)];
  if (options.jetstream !== false) args.push("--jetstream", "--store_dir", options.storeDir ?? join(folder, "store"));
  if (options.config !== undefined) {
    await writeFile(join(folder, "server.conf"), options.config);
    args.push("--config", join(folder, "server.conf"));
  }

  let running = await launch(program, [...args, "--port", "-1"], folder);
  const { url } = running;
  const stop = async (): Promise<void> => {
    await end(running.child, "SIGTERM");
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  return {
    url,
    get pid() {
      return running.pid;
    },
    log: () => readFile(logIn(folder), "utf8"),
    stop,
    kill: () => end(running.child, "SIGKILL"),
    async restart() {
      await end(running.child, "SIGTERM");
      running = await launch(program, [...args, "--port", new URL(url).port], folder);
    },
    [Symbol.asyncDispose]: stop,
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly url: string;
}

// A test process that ends early, whatever the reason, takes its servers with it.
const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

async function launch(program: string, args: readonly string[], folder: string): Promise<Running> {
  const child = spawn(program, args, { stdio: "ignore" });
  children.add(child);
  child.once("exit", () => children.delete(child));
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  for (let waitedMs = 0; waitedMs < START_MS_MAX && !hasEnded(child); waitedMs += 10) {
    const url = await urlIn(folder, pid);
    if (url !== undefined) return { child, pid, url };
    await sleep(10);
  }
  await end(child, "SIGKILL");
  const log = await readFile(logIn(folder), "utf8").catch(() => "no log");
  await rm(folder, { recursive: true, force: true });
  throw new Error(`nats-server did not start within ${START_MS_MAX} ms:\n${log}`);
}

/** The address in the file that this very process writes once it listens. */
async function urlIn(folder: string, pid: number): Promise<string | undefined> {
  const name = (await readdir(folder)).find((file) => file.endsWith(`_${pid}.ports`));
  const text = name === undefined ? "" : await readFile(join(folder, name), "utf8");
  return /"(nats:\/\/[^"]+)"/.exec(text)?.[1];
}

function logIn(folder: string): string {
  return join(folder, "server.log");
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, "exit");
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await exit;
  clearTimeout(late);
}
