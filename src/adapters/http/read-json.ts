import { SinkError } from "../../ports/sink.ts";
import { HttpClient, HttpRefusal } from "./http-client.ts";

/** A JSON document, or the server's own words on why there is none. */
export type JsonAnswer = { readonly value: unknown } | { readonly refused: string };

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Gets a JSON document once. Throws {@link SinkError} where the server cannot be asked, or answers otherwise. */
export async function readJson(url: URL, signal: AbortSignal, timeoutMs: number): Promise<JsonAnswer> {
  using client = new HttpClient();
  const headers = { accept: "application/json" };
  try {
    const message = { method: "GET", url, headers, timeoutMs, answerBytesMax: ANSWER_BYTES_MAX } as const;
    return { value: parsed(url, (await client.send(message, signal)).body) };
  } catch (cause) {
    const refused = cause instanceof HttpRefusal ? refusalIn(cause.body) : undefined;
    if (refused === undefined) throw cause;
    return { refused };
  }
}

function parsed({ host }: URL, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new SinkError(`${host} answered with something that is not JSON`, { cause, retryable: false });
  }
}

/** `{ error: { message } }`, as this project's own API says no. */
function refusalIn(body: string): string | undefined {
  try {
    const { message } = (JSON.parse(body) as { readonly error?: { readonly message?: unknown } }).error ?? {};
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}
