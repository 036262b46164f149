import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { type NatsServer, startNatsServer } from "./nats-server.ts";

const READY_MS_MAX = 20_000;

/** Real nats-servers on loopback that form one cluster, by their names. */
export interface NatsCluster extends AsyncDisposable {
  readonly urls: readonly string[];
  readonly byName: ReadonlyMap<string, NatsServer>;
}

/** Starts so many servers as one cluster with JetStream, and waits until it has a leader, at most 20 s. */
export async function startNatsCluster(size: number): Promise<NatsCluster> {
  const ports = await freePorts(size);
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
  const byName = new Map<string, NatsServer>();
  const stop = async (): Promise<void> => {
    await Promise.all([...byName.values()].map((server) => server.stop()));
  };
  try {
    const starting = ports.map(async (port, at) => {
      const name = `node-${at + 1}`;
      const cluster = `cluster { name: tapio, listen: "127.0.0.1:${port}", routes: [${routes}], no_advertise: true }`;
      byName.set(name, await startNatsServer({ config: `server_name: ${name}\n${cluster}\n` }));
    });
    await Promise.all(starting);
    const urls = [...byName.values()].map(({ url }) => url);
    await untilReady(urls);
    return { urls, byName, [Symbol.asyncDispose]: stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

async function untilReady(urls: readonly string[]): Promise<void> {
  const connection = await connect({ servers: [...urls] });
  try {
    for (let waitedMs = 0; waitedMs < READY_MS_MAX; waitedMs += 100) {
      const ready = await jetstreamManager(connection, { timeout: 500 }).then(
        (manager) => manager.getAccountInfo().then(() => true),
        () => false,
      );
      if (ready) return;
      await sleep(100);
    }
    throw new Error(`the cluster chose no leader within ${READY_MS_MAX} ms`);
  } finally {
    await connection.close();
  }
}

/** Ports that were free a moment ago: the routes of a cluster have to be known before its servers start. */
async function freePorts(count: number): Promise<number[]> {
  const listeners = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(listeners.map((listener) => once(listener, "listening")));
  const ports = listeners.map((listener) => {
    const address = listener.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  return ports;
}
