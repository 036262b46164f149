import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { relative } from "node:path";
import { expect, test } from "vitest";
import { shippedPage } from "../../../src/cli/shipped.ts";
import { Api } from "../../../src/web/api.ts";
import { readPage } from "../../../src/web/page-files.ts";
import { serveApi } from "../../../src/web/server.ts";
import { StoryBoard } from "../../../src/web/story-board.ts";
import { changeOf } from "../../support/story-kit.ts";

const page = await readPage(shippedPage());
const listenOptions = { host: "127.0.0.1", port: 0 };

async function served() {
  const board = new StoryBoard();
  const api = new Api({ board, readiness: () => ({ ready: true }), page });
  return { board, server: await serveApi(api, listenOptions) };
}

/** The status of a path as it stands; `fetch` would tidy it up before. */
function statusOf(url: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { path }, (response) => resolve(response.resume().statusCode));
    sent.on("error", reject).end();
  });
}

test("whatever the page loads is there, of its type, and comes from here alone", async () => {
  const { server } = await served();
  await using _ = server;
  const seen = new Set<string>(["/"]);
  for (const path of seen) {
    const answer = await fetch(`${server.url}${path}`);
    expect(answer.status, path).toBe(200);
    expect(answer.headers.get("x-content-type-options"), path).toBe("nosniff");
    const policy = answer.headers.get("content-security-policy");
    expect(policy, path).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(policy, path).not.toContain("unsafe");
    const type = answer.headers.get("content-type") ?? "";
    // What a comment imports is a type.
    const text = (await answer.text()).replace(/\/\*[\s\S]*?\*\//g, "");
    expect(text, path).not.toMatch(/\bfrom\s*"[^."]/);
    const links = type.startsWith("text/javascript") ? /\bfrom\s*"([^"]+)"/g : /(?:src|href)="(page\/[^"]+)"/g;
    if (/^text\/(html|javascript)/.test(type))
      for (const [, link = ""] of text.matchAll(links)) seen.add(new URL(link, `${server.url}${path}`).pathname);
  }
  expect([...seen]).toEqual(expect.arrayContaining(["/page/preact.js", "/page/preact-hooks.js", "/page/htm.js"]));
  expect([...seen].filter((path) => path.endsWith(".css"))).toHaveLength(3);
});

test("the package has the page in it", async () => {
  const { files } = JSON.parse(await readFile("package.json", "utf8")) as { files: readonly string[] };
  expect(files).toContain(relative("", shippedPage()));
});

test("nothing else is there to be had", async () => {
  const { server } = await served();
  await using _ = server;
  for (const path of [
    "/page/",
    "/page/tsconfig.json",
    "/page/../../../package.json",
    "/page/..%2f..%2f..%2fpackage.json",
    "/page/%2e%2e/api.ts",
    "/index.html",
    "/page/index.html",
    "//page/main.js",
  ])
    expect(await statusOf(server.url, path), path).toBe(404);
});

test("what a browser has already is not sent again", async () => {
  const { server } = await served();
  await using _ = server;
  const first = await fetch(`${server.url}/page/main.js`);
  expect(first.headers.get("cache-control")).toBe("no-cache");
  const headers = { "if-none-match": first.headers.get("etag") ?? "" };
  const again = await fetch(`${server.url}/page/main.js`, { headers });
  expect([again.status, await again.text()]).toEqual([304, ""]);
});

test("the stream goes on over a real connection, and ends with the server", async () => {
  const { board, server } = await served();
  const answer = await fetch(`${server.url}/api/v1/stories/stream`);
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  let text = "";
  const decoder = new TextDecoder();
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
    return "ended";
  })().catch(() => "cut");
  await expect.poll(() => text).toContain("event: list");
  await board.deliver([changeOf("st_new")]);
  await expect.poll(() => text).toMatch(/event: stories\nid: \S+\ndata: .*st_new/);
  await server[Symbol.asyncDispose]();
  expect(["ended", "cut"]).toContain(await reading);
});

test("one too many is refused, and a place is free again when somebody leaves", async () => {
  const { server } = await served();
  await using _ = server;
  const path = `${server.url}/api/v1/stories/stream`;
  const leaving = Array.from({ length: 64 }, () => new AbortController());
  await Promise.all(leaving.map(({ signal }) => fetch(path, { signal })));
  expect((await fetch(path)).status).toBe(503);
  leaving[0]?.abort();
  const last = new AbortController();
  await expect.poll(async () => (await fetch(path, { signal: last.signal })).status).toBe(200);
  for (const one of [...leaving, last]) one.abort();
});
