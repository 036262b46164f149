import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Api, ApiRequest, ApiResponse } from "./api.ts";
import type { Listener } from "./story-stream.ts";

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
    if (refused !== undefined) return send(response, { status: 403, headers: {}, body: `${refused}\n` });
    const answer = await api.handle(asked(request));
    if (answer.listen !== undefined) return keepSending(response, answer.headers, answer.listen);
    const { etag } = answer.headers;
    const isKnown = etag !== undefined && request.headers["if-none-match"] === etag;
    send(response, isKnown ? { ...answer, status: 304, body: "" } : answer);
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

function asked({ method = "GET", url = "/", headers }: IncomingMessage): ApiRequest {
  const lastEventId = headers["last-event-id"];
  return { method, url, lastEventId: typeof lastEventId === "string" ? lastEventId : undefined };
}

function send(response: ServerResponse, { status, headers, body }: ApiResponse): void {
  const length = status === 304 ? {} : { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}

function keepSending(
  response: ServerResponse,
  headers: ApiResponse["headers"],
  listen: (listener: Listener) => () => void,
): void {
  // Who has gone while the answer was looked for will not say so again.
  if (response.destroyed) return;
  response.writeHead(200, headers);
  const leave = listen({
    send: (text) => void response.write(text),
    get waitingBytes() {
      return response.writableLength;
    },
    drop: () => void response.destroy(),
  });
  response.on("close", leave);
  response.on("error", leave);
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
  // Nor shall it take up a listener's place, or have the log read, by what it loads; a link may lead here.
  if (headers["sec-fetch-site"] === "cross-site" && headers["sec-fetch-mode"] !== "navigate")
    return "not from a page elsewhere";
  // It may also send a form here, without reading the answer; it shall not change anything.
  const reads = method === "GET" || method === "HEAD";
  if (!reads && origin !== undefined && URL.parse(origin)?.host !== host) return "not from a page elsewhere";
  return undefined;
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}
