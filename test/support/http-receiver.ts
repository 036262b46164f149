import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** A request as it came. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What to answer; nothing at all with `hang`. */
export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly hang?: boolean;
}

/** A server on a free port of the loopback that remembers what it was sent. */
export interface HttpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** Decides about the answers from now on. */
  answer: (request: Received) => Answer | Promise<Answer>;
}

/** Starts one, with a certificate if it is given one; it answers 200 until told otherwise. */
export async function startReceiver(
  answer: HttpReceiver["answer"] = () => ({ status: 200 }),
  tls?: { readonly key: string; readonly cert: string },
): Promise<HttpReceiver> {
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "" } = request;
    const headers = request.headers as Record<string, string | undefined>;
    const one = { method, path, headers, body: Buffer.concat(chunks).toString("utf8") };
    receiver.received.push(one);
    const { status, body = "", headers: more = {}, hang } = await receiver.answer(one);
    if (hang !== true) response.writeHead(status, more).end(body);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: HttpReceiver = {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    port,
    received: [],
    answer,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return receiver;
}
