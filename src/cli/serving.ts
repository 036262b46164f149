import { setTimeout as delay } from "node:timers/promises";
import type { ListenAddress } from "../service/config-keys.ts";
import type { Api } from "../web/api.ts";
import { ListenError, serveApi, type WebServer } from "../web/server.ts";

/** Ports tried after the first one, where the user asked for none in particular. */
const NEIGHBOURS = 10;

/** Serves on the address; where it is taken, on one of the next ports, or on any. */
export async function serveNear(api: Api, { host, port }: ListenAddress): Promise<WebServer> {
  for (const next of Array.from({ length: NEIGHBOURS }, (_, at) => port + at).filter((each) => each <= 65_535)) {
    try {
      return await serveApi(api, { host, port: next });
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
    }
  }
  return serveApi(api, { host, port: 0 });
}

/** Resolves when the signal aborts, and keeps the process alive until then. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  const aDay = 86_400_000;
  while (!signal.aborted) await delay(aDay, undefined, { signal }).catch(() => undefined);
}
