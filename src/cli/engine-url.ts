import type { ListenAddress } from "../service/config-keys.ts";
import { readJsonAt } from "./compose.ts";
import { CommandError } from "./failure.ts";

const TIMEOUT_MS = 5_000;
/** Longer than an engine takes to read its log back. */
export const READ_BACK_TIMEOUT_MS = 30_000;

/** Asks the HTTP API of a running engine. Throws {@link CommandError} where it has no answer. */
export async function askEngine(
  verb: string,
  base: URL,
  path: string,
  { signal, timeoutMs = TIMEOUT_MS }: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<unknown> {
  const answer = await readJsonAt(new URL(path, base), signal, timeoutMs).catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason;
    if (!(cause instanceof Error)) throw cause;
    const remedy = "is `tapio run` running there? --url or --listen names another address";
    throw new CommandError(`${verb}: cannot ask ${base.origin}: ${cause.message}; ${remedy}`);
  });
  if ("refused" in answer) throw new CommandError(`${verb}: ${base.origin} says: ${answer.refused}`);
  return answer.value;
}

/** The base of all paths; an engine behind a proxy may have a path of its own. */
export function engineUrl(verb: string, address: string): URL {
  const url = URL.parse(address.includes("://") ? address : `http://${address}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const written = address.replace(/\/\/[^@/]*@/, "//***@");
    throw new CommandError(`${verb}: --url must be an address such as http://127.0.0.1:8787; it says "${written}"`);
  }
  url.pathname = url.pathname.replace(/\/*$/, "/");
  return url;
}

/** Who listens on every address can be asked on the loopback. */
export function listeningAt({ host, port }: ListenAddress): string {
  const every: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const one = every[host] ?? host;
  return `http://${one.includes(":") ? `[${one}]` : one}:${port}`;
}
