import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A real nats-server with JetStream on a loopback port of its own. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

function binary(): string | undefined {
  const named = process.env["TAPIO_NATS_SERVER"];
  return named !== undefined && existsSync(named) ? named : undefined;
}

/** Whether a nats-server binary is at hand. */
export function natsServerAvailable(): boolean {
  return binary() !== undefined;
}

/** Starts a server and waits until it listens, at most 10 s. */
export async function startNatsServer(): Promise<NatsServer> {
  const path = binary();
  if (path === undefined) throw new Error("no nats-server; set TAPIO_NATS_SERVER");
  const folder = await mkdtemp(join(tmpdir(), "tapio-nats-"));
  const args = ["--addr", "127.0.0.1", "--port", "-1", "--jetstream", "--store_dir", folder, "--ports_file_dir", folder];
  const child = spawn(path, args, { stdio: "ignore" });
  const stop = async (): Promise<void> => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  for (let waited = 0; waited < 10_000; waited += 10) {
    const name = (await readdir(folder)).find((file) => file.endsWith(".ports"));
    const text = name === undefined ? "" : await readFile(join(folder, name), "utf8");
    const url = /"(nats:\/\/[^"]+)"/.exec(text)?.[1];
    if (url !== undefined) return { url, pid: child.pid ?? 0, stop, [Symbol.asyncDispose]: stop };
    await sleep(10);
  }
  await stop();
  throw new Error("nats-server did not start within 10 s");
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}
