import { SinkError } from "../../ports/sink.ts";
import { HttpClient } from "../http/http-client.ts";

/** Which Slack, and as whom. */
export interface SlackAccess {
  /** ID of the channel: `C0123456789`. */
  readonly channel: string;
  /** Gives the bot's token; asked before every call, so that a rotated one is used at once. */
  readonly token: () => Promise<string>;
  /** `https://slack.com/api/` by default. */
  readonly url?: string | undefined;
}

/** Where a message is. */
export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
}

/** What tapio writes into a message to find it again. */
export interface StoryStamp {
  readonly story: string;
  readonly revision: number;
}

/** A message of the channel or of a thread that carries a stamp. */
export type StampedMessage = SlackMessage & StoryStamp;

/** What Slack answered instead of `ok`. */
export class SlackError extends SinkError {
  readonly code: string;

  constructor(method: string, code: string) {
    super(`Slack refused ${method}: ${code}`, { retryable: PASSING.has(code) });
    this.code = code;
  }
}

interface SlackAnswer {
  readonly ok?: boolean;
  readonly error?: string;
  readonly ts?: string;
  readonly channel?: string;
  readonly messages?: readonly {
    readonly ts?: string;
    readonly metadata?: { readonly event_type?: string; readonly event_payload?: Partial<StoryStamp> };
  }[];
}

const PASSING = new Set(["ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"]);
const EVENT_TYPE = "tapio_story";
const MESSAGES_READ = 200;
/** Of so many messages, which may be other people's: Slack cuts each at 40,000 characters, and says it in blocks again. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** The four methods of Slack's Web API that a story needs. Throws `SinkError`. */
export class SlackApi implements Disposable {
  readonly #access: SlackAccess;
  readonly #base: URL;
  readonly #client = new HttpClient();

  constructor(access: SlackAccess) {
    const base = URL.parse((access.url ?? "https://slack.com/api").replace(/\/*$/, "/"));
    if (base === null || !/^https?:$/.test(base.protocol)) throw new RangeError("Slack's address must be a whole URL");
    this.#access = access;
    this.#base = base;
  }

  /** The server, for people. */
  get host(): string {
    return this.#base.host;
  }

  /** Posts a message to the channel, or into a thread. */
  async post(text: string, stamp: StoryStamp, thread?: SlackMessage, signal?: AbortSignal): Promise<SlackMessage> {
    const where = { channel: thread?.channel ?? this.#access.channel, ...(thread && { thread_ts: thread.ts }) };
    const { ts, channel } = await this.#call(
      "chat.postMessage",
      { ...where, text, unfurl_links: false, unfurl_media: false, metadata: metadataOf(stamp) },
      signal,
    );
    if (ts === undefined) throw new SinkError("Slack posted a message and did not say where", { retryable: true });
    return { channel: channel ?? where.channel, ts };
  }

  /** Writes a message anew, in its place. */
  async update({ channel, ts }: SlackMessage, text: string, stamp: StoryStamp, signal?: AbortSignal): Promise<void> {
    await this.#call("chat.update", { channel, ts, text, metadata: metadataOf(stamp) }, signal);
  }

  /** The last stamped messages of the channel, or all of a thread but its first. */
  async stamped(thread?: SlackMessage, signal?: AbortSignal): Promise<StampedMessage[]> {
    const { channel } = thread ?? this.#access;
    const query = new URLSearchParams({ channel, limit: String(MESSAGES_READ), include_all_metadata: "true" });
    if (thread !== undefined) query.set("ts", thread.ts);
    const method = thread === undefined ? "conversations.history" : "conversations.replies";
    const { messages = [] } = await this.#call(`${method}?${query}`, undefined, signal);
    return messages.flatMap(({ ts, metadata }) => {
      const { story, revision } = metadata?.event_type === EVENT_TYPE ? (metadata.event_payload ?? {}) : {};
      if (ts === undefined || ts === thread?.ts || story === undefined || revision === undefined) return [];
      return [{ channel, ts, story, revision }];
    });
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async #call(method: string, message: object | undefined, signal: AbortSignal | undefined): Promise<SlackAnswer> {
    const url = new URL(method, this.#base);
    const headers = { authorization: `Bearer ${await this.#access.token()}` };
    const { body } = await this.#client.send(
      message === undefined
        ? { method: "GET", url, headers, answerBytesMax: ANSWER_BYTES_MAX }
        : {
            method: "POST",
            url,
            headers: { ...headers, "content-type": "application/json; charset=utf-8" },
            body: JSON.stringify(message),
          },
      signal,
    );
    const answer = readAnswer(body);
    if (answer.ok !== true) throw new SlackError(method.replace(/\?.*/, ""), answer.error ?? "no reason given");
    return answer;
  }
}

function metadataOf({ story, revision }: StoryStamp): object {
  return { event_type: EVENT_TYPE, event_payload: { story, revision } };
}

function readAnswer(body: string): SlackAnswer {
  try {
    return JSON.parse(body) as SlackAnswer;
  } catch (cause) {
    throw new SinkError("Slack answered with something that is not JSON", { cause, retryable: true });
  }
}
