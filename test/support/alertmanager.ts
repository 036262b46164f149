import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

/** A real Alertmanager on a loopback port of its own. */
export interface Alertmanager extends AsyncDisposable {
  readonly url: string;
  /** What it knows now, ended alerts left out. */
  alerts(): Promise<readonly AlertSeen[]>;
}

export interface AlertSeen {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

const START_MS_MAX = 10_000;

/**
 * The program: `TAPIO_ALERTMANAGER`, or `prometheus-alertmanager` (Debian) or `alertmanager` in the
 * path; `undefined` if there is none.
 */
export function findAlertmanager(): string | undefined {
  const { TAPIO_ALERTMANAGER: named, PATH = "" } = process.env;
  if (named !== undefined && named !== "") return named;
  return PATH.split(delimiter)
    .flatMap((folder) => ["prometheus-alertmanager", "alertmanager"].map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** Starts it; alerts go to `webhook` after a moment, and so does their end. */
export async function startAlertmanager(program: string, webhook: string): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-alertmanager-"));
  const hook = { url: webhook, send_resolved: true };
  const route = { receiver: "hook", group_by: ["alertname"], group_wait: "50ms", group_interval: "100ms" };
  const config = { route, receivers: [{ name: "hook", webhook_configs: [hook] }] };
  await writeFile(join(folder, "am.yml"), JSON.stringify(config));
  const args = [
    `--config.file=${join(folder, "am.yml")}`,
    `--storage.path=${join(folder, "data")}`,
    "--web.listen-address=127.0.0.1:0",
    "--cluster.listen-address=",
  ];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    }
    process.off("exit", endWithUs);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const late = setTimeout(endWithUs, START_MS_MAX);
  try {
    const url = await listening(createInterface(child.stderr));
    return {
      url,
      async alerts() {
        const response = await fetch(`${url}/api/v2/alerts`);
        return (await response.json()) as readonly AlertSeen[];
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  } finally {
    clearTimeout(late);
  }
}

/** Its address, as it says in its log; the log is read to its end, so that it never blocks. */
function listening(lines: ReturnType<typeof createInterface>): Promise<string> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      said.push(line);
      const address = /"?Listening on"?.* address=(127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
    lines.on("close", () => reject(new Error(`Alertmanager did not start:\n${said.join("\n")}`)));
  });
}
