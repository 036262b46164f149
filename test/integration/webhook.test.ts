import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Resolve } from "../../src/adapters/http/guarded-lookup.ts";
import { isPublicAddress, networks } from "../../src/adapters/http/networks.ts";
import { openWebhookSink, type WebhookOptions } from "../../src/adapters/webhook/webhook-sink.ts";
import { type HttpReceiver, startReceiver } from "../support/http-receiver.ts";
import { changeOf } from "../support/story-kit.ts";

const LOOPBACK = { allowNetworks: ["127.0.0.1"] };

async function post(receiver: HttpReceiver, more: Partial<WebhookOptions> = LOOPBACK, signal?: AbortSignal) {
  await using sink = openWebhookSink({ url: `${receiver.url}/hook?of=us`, ...more });
  const deliver: (changes: readonly ReturnType<typeof changeOf>[], signal?: AbortSignal) => Promise<void> =
    sink.deliver.bind(sink);
  return await deliver([changeOf("st_a", 2, "resolved")], signal).then(
    () => "delivered",
    (cause: { name: string; message: string; retryable: boolean }) => ({
      message: cause.message.replace(/127\.0\.0\.1:\d+/, "HOST"),
      retryable: cause.retryable,
    }),
  );
}

test("posts the change as JSON, with its key and its signature", async () => {
  await using receiver = await startReceiver();
  expect(await post(receiver, { ...LOOPBACK, secret: "s3cret" })).toBe("delivered");
  const [request] = receiver.received;
  expect(request).toMatchObject({ method: "POST", path: "/hook?of=us" });
  expect(request?.headers).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "idempotency-key": "st_a-2",
    "tapio-signature": `sha256=${createHmac("sha256", "s3cret")
      .update(request?.body ?? "")
      .digest("hex")}`,
  });
  expect(JSON.parse(request?.body ?? "")).toMatchObject({
    apiVersion: "tapio.dev/v1",
    kind: "StoryChange",
    change: "resolved",
    story: { id: "st_a", revision: 2 },
  });
});

test("without a secret there is no signature", async () => {
  await using receiver = await startReceiver();
  await post(receiver);
  expect(receiver.received[0]?.headers).not.toHaveProperty("tapio-signature");
});

test.for([
  [400, false],
  [401, false],
  [404, false],
  [408, true],
  [409, false],
  [425, true],
  [429, true],
  [500, true],
  [503, true],
] as const)("an answer %i: another try makes sense: %s", async ([status, retryable]) => {
  await using receiver = await startReceiver(() => ({ status, body: "that is\n why" }));
  expect(await post(receiver)).toEqual({ message: `HOST answered ${status}: that is why`, retryable });
});

test("redirects are not followed", async () => {
  await using elsewhere = await startReceiver();
  await using receiver = await startReceiver(() => ({ status: 307, headers: { location: elsewhere.url } }));
  expect(await post(receiver)).toEqual({
    message: "HOST answered 307 (redirects are not followed)",
    retryable: false,
  });
  expect(elsewhere.received).toEqual([]);
});

test("who does not answer is given up when told to, and may answer later", async () => {
  await using receiver = await startReceiver(() => ({ status: 200, hang: true }));
  const stop = new AbortController();
  receiver.answer = () => {
    stop.abort();
    return { status: 200, hang: true };
  };
  expect(await post(receiver, LOOPBACK, stop.signal)).toMatchObject({ retryable: true });
});

test("nobody there is worth another try", async () => {
  const receiver = await startReceiver();
  await receiver[Symbol.asyncDispose]();
  expect(await post(receiver)).toMatchObject({ retryable: true });
});

test("where a name has several addresses and nobody is at any, it is said why", async () => {
  const receiver = await startReceiver();
  await receiver[Symbol.asyncDispose]();
  const addresses = ["127.0.0.1", "127.0.0.2"].map((address) => ({ address, family: 4 }));
  const resolve: Resolve = (_name, done) => done(null, addresses);
  const url = `http://several.example:${receiver.port}/`;
  expect(await post(receiver, { url, resolve, allowNetworks: ["127.0.0.0/8"] })).toEqual({
    message: `several.example:${receiver.port}: connect ECONNREFUSED HOST; connect ECONNREFUSED 127.0.0.2:${receiver.port}`,
    retryable: true,
  });
});

describe("addresses", () => {
  test("a private address is refused unless its network is allowed", async () => {
    await using receiver = await startReceiver();
    const refused = "127.0.0.1 is not a public address, and not in an allowed network";
    expect(await post(receiver, {})).toEqual({ message: refused, retryable: false });
    expect(await post(receiver, { allowNetworks: ["10.0.0.0/8"] })).toMatchObject({ retryable: false });
    expect(receiver.received).toEqual([]);
    expect(await post(receiver, { allowNetworks: ["127.0.0.0/8"] })).toBe("delivered");
  });

  test.for(["2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "[::1]", "0"])(
    "%s is the loopback in another spelling",
    async (host) => {
      await using receiver = await startReceiver();
      expect(await post(receiver, { url: `http://${host}:${receiver.port}` })).toMatchObject({
        message: expect.stringContaining("not a public address"),
        retryable: false,
      });
      expect(receiver.received).toEqual([]);
    },
  );

  test("a name is judged by the address that is connected to, each time", async () => {
    await using receiver = await startReceiver();
    const answers = ["127.0.0.1", "10.1.2.3"];
    const resolve: Resolve = (_name, done) => done(null, [{ address: answers.shift() ?? "10.1.2.3", family: 4 }]);
    const url = `http://rebinding.example:${receiver.port}/`;
    await using sink = openWebhookSink({ url, resolve, ...LOOPBACK });
    await sink.deliver([changeOf("st_a")]);
    expect(receiver.received).toHaveLength(1);
    // The name has changed its address meanwhile; a connection that is open is no way around either.
    await using again = openWebhookSink({ url, resolve, ...LOOPBACK });
    await expect(again.deliver([changeOf("st_b")])).rejects.toMatchObject({
      message: "10.1.2.3 is not a public address, and not in an allowed network",
      retryable: false,
    });
    expect(receiver.received).toHaveLength(1);
  });

  test("one private address among several is enough to refuse", async () => {
    await using receiver = await startReceiver();
    const resolve: Resolve = (_name, done) =>
      done(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "fd00::1", family: 6 },
      ]);
    const url = `http://two.example:${receiver.port}/`;
    expect(await post(receiver, { url, resolve, ...LOOPBACK })).toMatchObject({ retryable: false });
  });

  test.for([
    ["8.8.8.8", true],
    ["172.15.0.1", true],
    ["172.16.0.1", false],
    ["169.254.169.254", false],
    ["100.64.0.1", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["2606:4700::1111", true],
    ["2001:db8::1", false],
    ["2002:7f00:1::", false],
    ["fe80::1%eth0", false],
    ["fd12::1", false],
    ["64:ff9b::7f00:1", false],
    ["::ffff:8.8.8.8", false],
    ["not an address", false],
  ] as const)("%s is public: %s", ([address, isPublic]) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  test.for(["10.0.0.0/33", "10.0.0.0/x", "nowhere", "10.0.0.0/8/8", ""])("%s is no network", (written) => {
    expect(() => networks([written])).toThrow(RangeError);
  });
});

test.for(["ftp://example.org", "example.org/hook", ""])("%s is no address for a webhook", (url) => {
  expect(() => openWebhookSink({ url })).toThrow("the webhook's address");
});
