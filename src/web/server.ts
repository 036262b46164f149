import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Api } from "./api.ts";

/** Where to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** A running HTTP server; disposing of it closes it and its connections. */
export interface WebServer extends AsyncDisposable {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
}

/** The address to listen on cannot be had. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

const REQUEST_TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** Serves the API. Throws {@link ListenError} where the address cannot be had. */
export async function serveApi(api: Api, listen: ListenOptions): Promise<WebServer> {
  const onLoopback = LOOPBACK.has(listen.host);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, async (request, response) => {
    const refused = refusalOf(request, onLoopback);
    const { status, headers, body } =
      refused === undefined
        ? await api.handle({ method: request.method ?? "GET", url: request.url ?? "/" })
        : { status: 403, headers: {}, body: `${refused}\n` };
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
  const { address, port, family } = await listening(server, listen);
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listening(server: Server, { host, port }: ListenOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "something else listens there; choose another port" : cause.message;
      reject(new ListenError(`cannot listen on ${host}:${port}: ${why}`, { cause }));
    });
    server.listen({ host, port }, () => resolve(server.address() as AddressInfo));
  });
}

/** Why a page elsewhere, open in a browser on this machine, must not have what it asks for. */
function refusalOf({ method, headers }: IncomingMessage, onLoopback: boolean): string | undefined {
  const { host = "", origin } = headers;
  // A page elsewhere may point its own name at this machine; it shall not read what is here.
  if (onLoopback && !LOOPBACK.has(hostName(host))) return "this address is for this machine only";
  // It may also send a form here, without reading the answer; it shall not change anything.
  const reads = method === "GET" || method === "HEAD";
  if (!reads && origin !== undefined && URL.parse(origin)?.host !== host) return "not from a page elsewhere";
  return undefined;
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}
