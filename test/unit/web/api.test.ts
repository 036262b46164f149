import { request } from "node:http";
import { expect, test } from "vitest";
import type { Story } from "../../../src/core/model/story.ts";
import { Api } from "../../../src/web/api.ts";
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
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host } }, (response) => resolve(response.resume().statusCode));
    sent.on("error", reject).end();
  });
}

const get = (api: Api, url: string, method = "GET") => {
  const { status, body, headers } = api.handle({ method, url });
  return { status, headers, value: body === "" ? undefined : JSON.parse(body) };
};

test("stories come newest first, each in its latest revision", async () => {
  const api = await apiWith(story("st_a"), story("st_b"), story("st_a", 2), story("st_b", 1));
  const { status, value } = get(api, "/api/v1/stories");
  expect(status).toBe(200);
  expect(value.stories.map(({ summary }: Story) => summary)).toEqual(["st_a@2", "st_b@1"]);
  expect(get(api, "/api/v1/stories?limit=1").value).toMatchObject({ total: 2, stories: [{ id: "st_a" }] });
  expect(get(api, "/api/v1/stories/st_b").value).toMatchObject({ id: "st_b" });
});

test("no more than a thousand stories are remembered", async () => {
  const api = await apiWith(...Array.from({ length: 1_005 }, (_, n) => story(`st_${n}`)));
  expect(get(api, "/api/v1/stories").value.total).toBe(1_000);
  expect(get(api, "/api/v1/stories/st_4").status).toBe(404);
  expect(get(api, "/api/v1/stories/st_5").status).toBe(200);
});

test("health and readiness", async () => {
  expect(get(await apiWith(), "/healthz")).toMatchObject({ status: 200, value: { status: "ok" } });
  expect(get(await apiWith(), "/readyz")).toMatchObject({ status: 503, value: { reason: "no stories yet" } });
  expect(get(await apiWith(story("st_a")), "/readyz").status).toBe(200);
});

test("errors are JSON and say what is wrong", async () => {
  const api = await apiWith(story("st_a"));
  expect(get(api, "/nowhere")).toMatchObject({ status: 404, value: { error: { status: 404 } } });
  expect(get(api, "/api/v1/stories/st_x").status).toBe(404);
  expect(get(api, "/api/v1/stories?limit=0").status).toBe(400);
  expect(get(api, "/api/v1/stories", "POST")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  expect(get(api, "/healthz", "HEAD")).toMatchObject({ status: 200, value: undefined });
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
