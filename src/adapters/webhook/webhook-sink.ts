import { createHmac } from "node:crypto";
import type { StoryChange } from "../../core/model/story.ts";
import type { Sink } from "../../ports/sink.ts";
import { guardAddresses, type Resolve } from "../http/guarded-lookup.ts";
import { HttpClient } from "../http/http-client.ts";
import { networks } from "../http/networks.ts";
import { StoryLanes } from "../story-lanes.ts";

/** Where stories are posted to. */
export interface WebhookOptions {
  readonly url: string;
  /** Signs each body: `Tapio-Signature: sha256=<hex HMAC-SHA256>`. */
  readonly secret?: string | undefined;
  /** Networks that may be posted to although they are not public, such as `10.0.0.0/8`. */
  readonly allowNetworks?: readonly string[] | undefined;
  /** How names are looked up; the system's way by default. */
  readonly resolve?: Resolve | undefined;
}

/** Stories posted at the same time. */
const LANES_MAX = 8;

/**
 * Opens a {@link Sink} that posts each change as JSON, with `Idempotency-Key: <id>-<revision>`.
 * Redirects are not followed; addresses that are not public are refused unless allowed. Throws a
 * `RangeError` where an option cannot be used.
 */
export function openWebhookSink(options: WebhookOptions): Sink {
  const url = URL.parse(options.url);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RangeError(`the webhook's address must begin with http:// or https://, and be a whole URL`);
  }
  const guard = guardAddresses(networks(options.allowNetworks ?? []), options.resolve);
  return new WebhookSink(url, options.secret, new HttpClient({ guard }));
}

class WebhookSink implements Sink {
  readonly name: string;
  readonly #url: URL;
  readonly #secret: string | undefined;
  readonly #client: HttpClient;
  readonly #lanes = new StoryLanes(LANES_MAX);

  constructor(url: URL, secret: string | undefined, client: HttpClient) {
    this.name = `webhook:${url.host}`;
    this.#url = url;
    this.#secret = secret;
    this.#client = client;
  }

  deliver(changes: readonly StoryChange[], signal?: AbortSignal): Promise<void> {
    return this.#lanes.run(changes, (change) => this.#post(change, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
  }

  async #post({ kind, story }: StoryChange, signal: AbortSignal | undefined): Promise<void> {
    const body = JSON.stringify({ apiVersion: "tapio.dev/v1", kind: "StoryChange", change: kind, story });
    const headers: Record<string, string> = {
      "content-type": "application/json; charset=utf-8",
      "idempotency-key": `${story.id}-${story.revision}`,
    };
    if (this.#secret !== undefined) {
      headers["tapio-signature"] = `sha256=${createHmac("sha256", this.#secret).update(body).digest("hex")}`;
    }
    await this.#client.send({ method: "POST", url: this.#url, headers, body }, signal);
  }
}
