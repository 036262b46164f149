import { SinkError } from "../../ports/sink.ts";
import { HttpClient } from "./http-client.ts";

/** Gets a JSON document once. Throws {@link SinkError} where the server cannot be asked, or answers otherwise. */
export async function readJson(url: URL, signal: AbortSignal): Promise<unknown> {
  using client = new HttpClient();
  const { body } = await client.send({ method: "GET", url, headers: { accept: "application/json" } }, signal);
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new SinkError(`${url.host} answered with something that is not JSON`, { cause, retryable: false });
  }
}
