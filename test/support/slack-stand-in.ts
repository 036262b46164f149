import { type Answer, type Received, startReceiver } from "./http-receiver.ts";

/** A message as the stand-in keeps it. */
export interface StandInMessage {
  text: string;
  readonly ts: string;
  readonly thread_ts: string | undefined;
  metadata: { readonly event_payload: { readonly story: string; readonly revision: number } };
  edits: number;
}

/** What to do with a call before it is carried out; a text is Slack's error code. */
export type Interference = (method: string, body: Record<string, unknown>) => Answer | string | undefined;

/** Speaks so much of Slack's Web API as a story needs, for one channel and one token. */
export interface SlackStandIn extends AsyncDisposable {
  readonly url: string;
  readonly messages: StandInMessage[];
  /** Methods called, in order. */
  readonly calls: string[];
  interfere: Interference;
  /** Carries out the next call of this method, and never answers. */
  loseAnswerOf(method: string): void;
}

export const CHANNEL = "C0123456789";
export const TOKEN = "xoxb-stand-in";

/** Starts one on the loopback. */
export async function startSlack(): Promise<SlackStandIn> {
  const messages: StandInMessage[] = [];
  const calls: string[] = [];
  let lost: string | undefined;
  const carryOut = (method: string, body: Record<string, unknown>): Record<string, unknown> | string => {
    if (body["channel"] !== CHANNEL) return "channel_not_found";
    const thread = body["thread_ts"] as string | undefined;
    if (method === "chat.postMessage") {
      const ts = `1700000000.${String(messages.length + 1).padStart(6, "0")}`;
      const metadata = body["metadata"] as StandInMessage["metadata"];
      messages.push({ text: String(body["text"]), ts, thread_ts: thread, metadata, edits: 0 });
      return { ts, channel: CHANNEL };
    }
    if (method === "chat.update") {
      const message = messages.find(({ ts }) => ts === body["ts"]);
      if (message === undefined) return "message_not_found";
      message.text = String(body["text"]);
      message.metadata = body["metadata"] as StandInMessage["metadata"];
      message.edits += 1;
      return { ts: message.ts, channel: CHANNEL };
    }
    const limit = Number(body["limit"]);
    if (method === "conversations.history") {
      const newestFirst = messages.filter(({ thread_ts }) => thread_ts === undefined).reverse();
      return { messages: newestFirst.slice(0, limit).map(asSlackShowsIt) };
    }
    if (method === "conversations.replies") {
      const inThread = messages.filter(({ ts, thread_ts }) => ts === body["ts"] || thread_ts === body["ts"]);
      return { messages: inThread.slice(0, limit).map(asSlackShowsIt) };
    }
    return "unknown_method";
  };
  const receiver = await startReceiver((request) => {
    const { method, body } = callOf(request);
    calls.push(method);
    if (request.headers["authorization"] !== `Bearer ${TOKEN}`) return answerOf("invalid_auth");
    const interference = slack.interfere(method, body);
    if (typeof interference === "string") return answerOf(interference);
    if (interference !== undefined) return interference;
    const answer = answerOf(carryOut(method, body));
    if (lost !== method) return answer;
    lost = undefined;
    return { ...answer, hang: true };
  });
  const slack: SlackStandIn = {
    url: `${receiver.url}/api`,
    messages,
    calls,
    interfere: () => undefined,
    loseAnswerOf(method) {
      lost = method;
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
  return slack;
}

function callOf({ path, body }: Received): { method: string; body: Record<string, unknown> } {
  const { pathname, searchParams } = new URL(path, "http://slack");
  return {
    method: pathname.replace("/api/", ""),
    body: body === "" ? Object.fromEntries(searchParams) : JSON.parse(body),
  };
}

function answerOf(answer: Record<string, unknown> | string): Answer {
  const body = typeof answer === "string" ? { ok: false, error: answer } : { ok: true, ...answer };
  return { status: 200, body: JSON.stringify(body) };
}

function asSlackShowsIt({ text, ts, metadata }: StandInMessage): object {
  return { type: "message", text, ts, metadata: { event_type: "tapio_story", ...metadata } };
}
