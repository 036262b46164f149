import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { SinkError } from "../../ports/sink.ts";
import type { AddressGuard } from "./guarded-lookup.ts";

/** An answer that means success; its body is cut at 1 MiB, or at the message's own bound. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** What is sent. */
export interface HttpMessage {
  readonly method: "GET" | "POST" | "PATCH";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long to wait for the answer; 5 s if left out. */
  readonly timeoutMs?: number;
  readonly answerBytesMax?: number;
}

/** The server understood, and said no. */
export class HttpRefusal extends SinkError {
  readonly status: number;
  /** All that it answered. */
  readonly body: string;

  constructor(message: string, { status, body }: HttpAnswer) {
    super(message, { retryable: 500 <= status || PASSING.has(status) });
    this.status = status;
    this.body = body;
  }
}

const SOCKETS_MAX = 16;
const BODY_BYTES_MAX = 1024 * 1024;
const TIMEOUT_MS = 5_000;
/** Client errors that may pass: a time-out, too early, too many requests. */
const PASSING = new Set([408, 425, 429]);

/**
 * Sends requests over connections that are kept open, and follows no redirects. Turns every failure
 * into a {@link SinkError} that says whether a second try makes sense.
 */
export class HttpClient implements Disposable {
  readonly #guard: AddressGuard | undefined;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  readonly #https: HttpsAgent;

  /** `ca` are the certificates that a server's must come from, instead of the system's. */
  constructor({ guard, ca }: { readonly guard?: AddressGuard | undefined; readonly ca?: string | undefined } = {}) {
    this.#guard = guard;
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX, ...(ca === undefined ? {} : { ca }) });
  }

  /** Sends one message; gives up after 5 s (or the message's own time), or when `signal` aborts. */
  async send(message: HttpMessage, signal?: AbortSignal): Promise<HttpAnswer> {
    const { url, timeoutMs = TIMEOUT_MS } = message;
    this.#guard?.check(url);
    const late = AbortSignal.timeout(timeoutMs);
    const answer = await this.#exchange(message, signal === undefined ? late : AbortSignal.any([late, signal])).catch(
      (cause: unknown) => {
        if (cause instanceof SinkError) throw cause;
        const why = late.aborted ? `no answer within ${timeoutMs / 1_000} s` : reasonOf(cause);
        throw new SinkError(`${url.host}: ${why}`, { cause, retryable: true });
      },
    );
    if (200 <= answer.status && answer.status < 300) return answer;
    throw refusalOf(url, answer);
  }

  [Symbol.dispose](): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #exchange(
    { method, url, headers, body, answerBytesMax = BODY_BYTES_MAX }: HttpMessage,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const secure = url.protocol === "https:";
    const lookup = this.#guard?.lookup;
    return new Promise((resolve, reject) => {
      const options = {
        method,
        signal,
        agent: secure ? this.#https : this.#http,
        headers: { "user-agent": "tapio", "content-length": Buffer.byteLength(body ?? ""), ...headers },
        ...(lookup === undefined ? {} : { lookup }),
      };
      const sent = secure ? requestHttps(url, options) : requestHttp(url, options);
      sent.once("error", reject);
      sent.once("response", (response) => readAnswer(response, answerBytesMax).then(resolve, reject));
      sent.end(body);
    });
  }
}

/** Where a name has several addresses, the error holds one error for each, and says nothing itself. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join("; ");
  return cause instanceof Error ? cause.message : String(cause);
}

async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytesMax < bytes) break;
  }
  const body = Buffer.concat(chunks).subarray(0, bytesMax).toString("utf8");
  return { status: response.statusCode ?? 0, body };
}

function refusalOf({ host }: URL, answer: HttpAnswer): HttpRefusal {
  const { status, body } = answer;
  const said = body.replaceAll(/\s+/g, " ").trim().slice(0, 200);
  const redirect = 300 <= status && status < 400 ? " (redirects are not followed)" : "";
  return new HttpRefusal(`${host} answered ${status}${redirect}${said === "" ? "" : `: ${said}`}`, answer);
}
