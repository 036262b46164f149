import { fileURLToPath } from "node:url";
import type { Story } from "../../src/core/model/story.ts";
import { Api, type ApiOptions } from "../../src/web/api.ts";
import { readPage } from "../../src/web/page-files.ts";
import { serveApi } from "../../src/web/server.ts";
import { StoryBoard } from "../../src/web/story-board.ts";
import { changeOf } from "../support/story-kit.ts";

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 2, 1, 10);

/** A real server with a board that a test tells stories to. */
export interface ServedBoard extends AsyncDisposable {
  readonly url: string;
  /** Tells stories, or revises them. */
  tell(...stories: readonly Story[]): Promise<void>;
  /** Stops, as an engine that ends. */
  stop(): Promise<void>;
}

/** Starts one on a port of its own, or on `port`. */
export async function serveBoard(options: Partial<ApiOptions> = {}, port = 0): Promise<ServedBoard> {
  const board = new StoryBoard();
  const page = await readPage(fileURLToPath(new URL("../../src/web/page", import.meta.url)));
  const api = new Api({ board, page, readiness: () => ({ ready: true }), ...options });
  const server = await serveApi(api, { host: "127.0.0.1", port });
  return {
    url: server.url,
    tell: (...stories) => board.deliver(stories.map((story) => ({ kind: "told", story }))),
    stop: async () => server[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The story `st_<n>`, whose cause happened `n` minutes after the first. */
export function storyNumber(n: number, more: Partial<Story> = {}, revision = 1): Story {
  const { story } = changeOf(`st_${n}`, revision);
  const time = new Date(START_MS + n * MINUTE_MS).toISOString();
  return { ...story, rootCause: { ...story.rootCause, time }, ...more };
}
