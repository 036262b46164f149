import { request } from "node:http";
import { describe, expect, test } from "vitest";
import type { Story } from "../../../src/core/model/story.ts";
import { Api, type ApiOptions, type Explained, type Explainer } from "../../../src/web/api.ts";
import { serveApi } from "../../../src/web/server.ts";
import { StoryBoard } from "../../../src/web/story-board.ts";

const story = (id: string, revision = 1): Story => ({ id, revision, summary: `${id}@${revision}` }) as Story;

async function apiWith(...stories: readonly Story[]) {
  const board = new StoryBoard();
  await board.deliver(stories.map((one) => ({ kind: "told", story: one })));
  return new Api({ board, readiness: () => ({ ready: stories.length > 0, reason: "no stories yet" }) });
}

/** The status of a request under another host name, as a page elsewhere could cause it. */
function statusAs(host: string, url: string): Promise<number | undefined> {
  return statusWith({ host }, url);
}

/** The status of a request with headers that `fetch` would not send. */
function statusWith(headers: Readonly<Record<string, string>>, url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (response) => resolve(response.resume().statusCode));
    sent.on("error", reject).end();
  });
}

const get = async (api: Api, url: string, method = "GET") => {
  const { status, body, headers } = await api.handle({ method, url });
  return { status, headers, value: body === "" ? undefined : JSON.parse(body) };
};

test("stories come newest first, each in its latest revision", async () => {
  const api = await apiWith(story("st_a"), story("st_b"), story("st_a", 2), story("st_b", 1));
  const { status, value } = await get(api, "/api/v1/stories");
  expect(status).toBe(200);
  expect(value.stories.map(({ summary }: Story) => summary)).toEqual(["st_a@2", "st_b@1"]);
  expect((await get(api, "/api/v1/stories?limit=1")).value).toMatchObject({ total: 2, stories: [{ id: "st_a" }] });
  expect((await get(api, "/api/v1/stories/st_b")).value).toMatchObject({ id: "st_b" });
});

test("no more than a thousand stories are remembered", async () => {
  const api = await apiWith(...Array.from({ length: 1_005 }, (_, n) => story(`st_${n}`)));
  expect((await get(api, "/api/v1/stories")).value.total).toBe(1_000);
  expect((await get(api, "/api/v1/stories/st_4")).status).toBe(404);
  expect((await get(api, "/api/v1/stories/st_5")).status).toBe(200);
});

test("health and readiness", async () => {
  expect(await get(await apiWith(), "/healthz")).toMatchObject({ status: 200, value: { status: "ok" } });
  expect(await get(await apiWith(), "/readyz")).toMatchObject({ status: 503, value: { reason: "no stories yet" } });
  expect((await get(await apiWith(story("st_a")), "/readyz")).status).toBe(200);
});

test("errors are JSON and say what is wrong", async () => {
  const api = await apiWith(story("st_a"));
  expect(await get(api, "/nowhere")).toMatchObject({ status: 404, value: { error: { status: 404 } } });
  expect((await get(api, "/api/v1/stories/st_x")).status).toBe(404);
  expect((await get(api, "/api/v1/stories?limit=0")).status).toBe(400);
  expect(await get(api, "/api/v1/stories", "POST")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  expect(await get(api, "/healthz", "HEAD")).toMatchObject({ status: 200, value: undefined });
});

test("what goes wrong with one answer is said in it, and ends nothing else", async () => {
  const board = new StoryBoard();
  const metrics = () => {
    throw new Error("no such counter");
  };
  const api = new Api({ board, readiness: () => ({ ready: true }), metrics });
  expect(await get(api, "/metrics")).toMatchObject({
    status: 500,
    value: { error: { status: 500, message: expect.stringContaining("no such counter") } },
  });
  expect((await get(api, "/readyz")).status).toBe(200);
});

test("a page elsewhere loads nothing from here; a link may lead here", async () => {
  await using server = await serveApi(await apiWith(story("st_a")), { host: "127.0.0.1", port: 0 });
  const status = async (site: string, mode: string) =>
    statusWith({ "sec-fetch-site": site, "sec-fetch-mode": mode }, `${server.url}/api/v1/stories`);
  expect(await status("cross-site", "no-cors")).toBe(403);
  expect(await status("cross-site", "navigate")).toBe(200);
  expect(await status("same-origin", "cors")).toBe(200);
});

test("over a real port: answers this machine's names only, and ends", async () => {
  const api = await apiWith(story("st_a"));
  const server = await serveApi(api, { host: "127.0.0.1", port: 0 });
  const { port } = new URL(server.url);
  expect(await (await fetch(`${server.url}/api/v1/stories`)).json()).toMatchObject({ total: 1 });
  await expect(serveApi(api, { host: "127.0.0.1", port: Number(port) })).rejects.toThrow(
    /something else listens there/,
  );
  expect(await statusAs("elsewhere.example", `${server.url}/api/v1/stories`)).toBe(403);
  expect(await statusAs(`localhost:${port}`, `${server.url}/api/v1/stories`)).toBe(200);
  await server[Symbol.asyncDispose]();
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
});

describe("the service's own pages", () => {
  const readiness = () => ({ ready: true, degraded: "rules/team.yaml:3:1: TAP001: no" });
  const api = (more: Partial<ApiOptions> = {}) => new Api({ board: new StoryBoard(), readiness, ...more });

  test("are not there where there is no service", async () => {
    const paths = ["/metrics", "/-/reload", "/api/v1/status", "/api/v1/explain?rule=a/b&trace=t"];
    for (const path of [...paths, "/api/v1/stories/st_a/explanation", "/api/v1/stories/st_a/events"])
      expect((await get(api(), path)).status).toBe(404);
  });

  test("degraded is ready, and says why", async () => {
    const value = { status: "degraded", reason: "rules/team.yaml:3:1: TAP001: no" };
    expect(await get(api(), "/readyz")).toMatchObject({ status: 200, value });
    const status = () => ({ version: "1.2.3" });
    expect((await get(api({ status }), "/api/v1/status")).value).toEqual({ ...value, version: "1.2.3" });
  });

  test("metrics come in their own format", async () => {
    const metrics = () => ({ type: "text/plain; version=0.0.4", text: "up 1\n" });
    const answer = await api({ metrics }).handle({ method: "GET", url: "/metrics" });
    expect(answer).toMatchObject({
      status: 200,
      headers: { "content-type": "text/plain; version=0.0.4" },
      body: "up 1\n",
    });
  });

  test("explanations are the service's, and so is why there is none", async () => {
    const asked: (string | undefined)[][] = [];
    let outcome: Explained = { outcome: "answered", answer: { stories: [], rules: [] } };
    const note = async (...words: (string | undefined)[]): Promise<Explained> => {
      asked.push(words);
      return outcome;
    };
    const explainer: Explainer = {
      explainRule: note,
      explainStory: (id) => note("story", id),
      eventsOf: (id) => note("events", id),
    };
    const explaining = api({ explainer });
    expect(await get(explaining, "/api/v1/explain?rule=a/b&trace=t%201")).toMatchObject({
      status: 200,
      value: { stories: [], rules: [] },
    });
    await get(explaining, "/api/v1/explain?rule=a/b&trace=t&since=2h");
    await get(explaining, "/api/v1/explain?rule=a/b");
    await get(explaining, "/api/v1/stories/st_a/explanation");
    await get(explaining, "/api/v1/stories/st_a/events");
    expect(asked).toEqual([
      ["a/b", "t 1", undefined],
      ["a/b", "t", "2h"],
      ["a/b", undefined, undefined],
      ["story", "st_a"],
      ["events", "st_a"],
    ]);
    for (const path of ["explain", "explain?rule=", "explain?trace=t"])
      expect((await get(explaining, `/api/v1/${path}`)).status).toBe(400);
    expect((await get(explaining, "/api/v1/stories/st_a/other")).status).toBe(404);
    for (const [word, status] of [
      ["wrong", 400],
      ["unknown", 404],
      ["busy", 503],
      ["unreadable", 502],
    ] as const) {
      outcome = { outcome: word, message: "because" };
      expect(await get(explaining, "/api/v1/stories/st_a/explanation")).toMatchObject({
        status,
        value: { error: { message: "because" } },
      });
    }
  });

  test("rules are loaded anew by POST alone; bad ones are told", async () => {
    let outcome: { outcome: string; rules?: number; problems?: string[] } = { outcome: "loaded", rules: 3 };
    const reloading = api({ reload: async () => outcome });
    expect(await get(reloading, "/-/reload")).toMatchObject({ status: 405, headers: { allow: "POST" } });
    expect(await get(reloading, "/-/reload", "POST")).toMatchObject({ status: 200, value: { outcome: "loaded" } });
    outcome = { outcome: "failed", problems: ["x.yaml:1:1: no"] };
    expect(await get(reloading, "/-/reload", "POST")).toMatchObject({ status: 422, value: outcome });
  });

  test("a page elsewhere cannot have rules loaded", async () => {
    let loads = 0;
    const reload = async () => ({ outcome: `loaded ${++loads}` });
    await using server = await serveApi(api({ reload }), { host: "127.0.0.1", port: 0 });
    const post = async (headers: Record<string, string>) =>
      (await fetch(`${server.url}/-/reload`, { method: "POST", headers })).status;
    expect(await post({ origin: "https://elsewhere.example" })).toBe(403);
    expect(loads).toBe(0);
    expect(await post({ origin: server.url })).toBe(200);
    expect(await post({})).toBe(200);
    expect(loads).toBe(2);
  });
});
