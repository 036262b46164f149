import { setTimeout as sleep } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { startNatsCluster } from "../support/nats-cluster.ts";
import { type NatsServer, startNatsServer } from "../support/nats-server.ts";

/** One server, or a cluster of them, and what can happen to it. */
export interface Servers extends AsyncDisposable {
  readonly urls: readonly string[];
  readonly replicas: number;
  /** Kills the server that leads the stream, as a crash would, and starts it again. */
  kill(connection: NatsConnection, stream: string): Promise<void>;
  /** Stops that server for a while (SIGSTOP): what is asked of it meanwhile gets no answer in time. */
  pause(connection: NatsConnection, stream: string, ms: number): Promise<void>;
}

/** How long a killed member of a cluster stays away: long enough for another one to lead. */
const AWAY_MS = 1_500;

/** Starts one server, or so many as a cluster. */
export async function startServers(nodes: number): Promise<Servers> {
  if (nodes === 1) {
    const server = await startNatsServer();
    return {
      urls: [server.url],
      replicas: 1,
      kill: () => killed(server, 0),
      pause: (_connection, _stream, ms) => paused(server, ms),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  }
  const cluster = await startNatsCluster(nodes);
  const leading = async (connection: NatsConnection, stream: string): Promise<NatsServer> => {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const info = await manager.streams.info(stream).catch(() => undefined);
    const [any] = cluster.byName.values();
    const server = cluster.byName.get(info?.cluster?.leader ?? "") ?? any;
    if (server === undefined) throw new Error("the cluster has no servers");
    return server;
  };
  return {
    urls: cluster.urls,
    replicas: nodes,
    kill: async (connection, stream) => killed(await leading(connection, stream), AWAY_MS),
    pause: async (connection, stream, ms) => paused(await leading(connection, stream), ms),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

async function killed(server: NatsServer, awayMs: number): Promise<void> {
  await server.kill();
  await sleep(awayMs);
  await server.restart();
}

async function paused({ pid }: NatsServer, ms: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await sleep(ms);
  process.kill(pid, "SIGCONT");
}
