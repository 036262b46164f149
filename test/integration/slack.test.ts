import { expect, test } from "vitest";
import { openSlackSink } from "../../src/adapters/slack/slack-sink.ts";
import type { StoryChange } from "../../src/core/model/story.ts";
import { CHANNEL, type SlackStandIn, startSlack, TOKEN } from "../support/slack-stand-in.ts";
import { changeOf } from "../support/story-kit.ts";

function sinkOf(slack: SlackStandIn, token = TOKEN, channel = CHANNEL) {
  const trouble: string[] = [];
  const onTrouble = (message: string) => void trouble.push(message);
  const sink = openSlackSink({ url: slack.url, channel, token: async () => token, onTrouble });
  const deliver: (changes: readonly StoryChange[], signal?: AbortSignal) => Promise<void> = sink.deliver.bind(sink);
  return { deliver, trouble, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() };
}

const inChannel = (slack: SlackStandIn) => slack.messages.filter(({ thread_ts }) => thread_ts === undefined);
const inThreads = (slack: SlackStandIn) => slack.messages.filter(({ thread_ts }) => thread_ts !== undefined);

test("one message a story, edited in place; changes worth a word go into its thread", async () => {
  await using slack = await startSlack();
  await using sink = sinkOf(slack);
  await sink.deliver([changeOf("st_a", 1, "told", { summary: "Memory <!channel> & more" })]);
  await sink.deliver([changeOf("st_a", 2, "revised", { summary: "Memory <!channel> & more" })]);
  expect(inThreads(slack)).toEqual([]);
  await sink.deliver([changeOf("st_a", 3, "revised", { summary: "Now worse", severity: "error" })]);
  await sink.deliver([
    changeOf("st_a", 4, "resolved", { summary: "Now worse", severity: "error", statusReason: "quiet" }),
  ]);
  const [message] = inChannel(slack);
  expect(inChannel(slack)).toHaveLength(1);
  expect(message?.edits).toBe(3);
  expect(message?.text).toBe(
    [
      "[error] ~*Now worse*~",
      "Root cause: Pod shop/api-7f9 was OOM-killed",
      "Impact: Service shop/api",
      "_Resolved: quiet · memory/oom · confidence 1 · st_a revision 4_",
    ].join("\n"),
  );
  expect(inThreads(slack).map(({ text, thread_ts }) => [text, thread_ts])).toEqual([
    ["Severity: critical → error\nNow: Now worse", message?.ts],
    ["Resolved: quiet", message?.ts],
  ]);
});

test("nothing that an event says becomes a mention or a link", async () => {
  await using slack = await startSlack();
  await using sink = sinkOf(slack);
  await sink.deliver([changeOf("st_a", 1, "told", { summary: "<!channel> & <http://x|y>" })]);
  expect(slack.messages[0]?.text).toContain("*&lt;!channel&gt; &amp; &lt;http://x|y&gt;*");
  await sink.deliver([changeOf("st_b", 1, "told", { detail: "&".repeat(5_000) })]);
  expect(slack.messages[1]?.text.length).toBeLessThanOrEqual(3_000);
  expect(slack.messages[1]?.text).toMatch(/&amp;…$/);
});

test("a later run edits the messages of an earlier one", async () => {
  await using slack = await startSlack();
  {
    await using sink = sinkOf(slack);
    await sink.deliver([changeOf("st_a"), changeOf("st_b")]);
  }
  await using sink = sinkOf(slack);
  await sink.deliver([changeOf("st_a"), changeOf("st_b", 2, "resolved")]);
  expect(inChannel(slack).map(({ edits }) => edits)).toEqual([0, 1]);
  expect(inThreads(slack).map(({ text }) => text)).toEqual(["Resolved"]);
});

test("other people's messages may be long", async () => {
  await using slack = await startSlack();
  {
    await using sink = sinkOf(slack);
    await sink.deliver([changeOf("st_a")]);
  }
  const [own] = slack.messages;
  if (own === undefined) return expect.unreachable("nothing was posted");
  const other = { ...own, text: "word ".repeat(8_000), metadata: { event_payload: { story: "st_x", revision: 1 } } };
  for (let at = 0; at < 50; at++) slack.messages.push({ ...other, ts: `1700000001.${at}` });
  await using sink = sinkOf(slack);
  await sink.deliver([changeOf("st_a", 2)]);
  expect(own.edits).toBe(1);
});

test("a story refused for good is not looked for when it comes again", async () => {
  await using slack = await startSlack();
  await using sink = sinkOf(slack);
  slack.interfere = (method) => (method === "chat.postMessage" ? "msg_blocks_too_long" : undefined);
  await expect(sink.deliver([changeOf("st_a")])).rejects.toMatchObject({ retryable: false });
  slack.interfere = () => undefined;
  await sink.deliver([changeOf("st_a", 2)]);
  expect(slack.calls).toEqual(["conversations.history", "chat.postMessage", "chat.postMessage"]);
});

test.for(["chat.postMessage", "chat.update"])(
  "an answer of %s that was lost leads to no second message",
  async (method) => {
    await using slack = await startSlack();
    await using sink = sinkOf(slack);
    if (method === "chat.update") await sink.deliver([changeOf("st_a")]);
    slack.loseAnswerOf(method);
    const change = method === "chat.update" ? changeOf("st_a", 2, "resolved") : changeOf("st_a");
    await expect(sink.deliver([change], AbortSignal.timeout(200))).rejects.toMatchObject({ retryable: true });
    await sink.deliver([change]);
    expect(inChannel(slack)).toHaveLength(1);
    expect(inThreads(slack)).toHaveLength(method === "chat.update" ? 1 : 0);
  },
);

test("a lost answer in a thread leads to no second word", async () => {
  await using slack = await startSlack();
  await using sink = sinkOf(slack);
  await sink.deliver([changeOf("st_a")]);
  slack.loseAnswerOf("chat.postMessage");
  const change = changeOf("st_a", 2, "resolved");
  await expect(sink.deliver([change], AbortSignal.timeout(200))).rejects.toMatchObject({ retryable: true });
  await sink.deliver([change]);
  expect(inThreads(slack)).toHaveLength(1);
});

test("a message that is gone is posted anew", async () => {
  await using slack = await startSlack();
  await using sink = sinkOf(slack);
  await sink.deliver([changeOf("st_a")]);
  slack.messages.length = 0;
  await sink.deliver([changeOf("st_a", 2)]);
  expect(inChannel(slack)).toHaveLength(1);
});

test("without the permission to read, messages are written all the same", async () => {
  await using slack = await startSlack();
  slack.interfere = (method) => (method.startsWith("conversations.") ? "missing_scope" : undefined);
  await using sink = sinkOf(slack);
  await sink.deliver([changeOf("st_a"), changeOf("st_a", 2)]);
  expect(inChannel(slack)).toHaveLength(1);
  expect(sink.trouble).toHaveLength(1);
  expect(sink.trouble[0]).toContain("missing_scope");
});

test.for([
  ["ratelimited", true],
  ["internal_error", true],
  ["channel_not_found", false],
  ["msg_too_long", false],
] as const)("the refusal %s: another try makes sense: %s", async ([code, retryable]) => {
  await using slack = await startSlack();
  slack.interfere = (method) => (method === "chat.postMessage" ? code : undefined);
  await using sink = sinkOf(slack);
  await expect(sink.deliver([changeOf("st_a")])).rejects.toMatchObject({ retryable, code });
});

test("a wrong token is refused for good, and is in no message", async () => {
  await using slack = await startSlack();
  await using sink = sinkOf(slack, "xoxb-wrong");
  const failure: Error = await sink.deliver([changeOf("st_a")]).then(
    () => expect.unreachable(),
    (cause: Error) => cause,
  );
  expect(failure).toMatchObject({ retryable: false, code: "invalid_auth" });
  expect(JSON.stringify([failure.message, sink.trouble])).not.toContain("xoxb");
});
