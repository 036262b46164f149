import type { StoryBoard } from "./story-board.ts";

/** An HTTP request as far as the API cares. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly url: string;
}

/** An HTTP answer; the body is JSON. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whether the program can do its work now, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string | undefined;
}

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

/** The JSON API over what a {@link StoryBoard} holds: one function from request to answer. */
export class Api {
  readonly #board: StoryBoard;
  readonly #readiness: () => Readiness;

  constructor(options: { readonly board: StoryBoard; readonly readiness: () => Readiness }) {
    this.#board = options.board;
    this.#readiness = options.readiness;
  }

  /** Answers one request; never throws. */
  handle(request: ApiRequest): ApiResponse {
    const address = URL.parse(request.url, "http://localhost");
    if (address === null) return problem(400, "this is not a path");
    const found = this.#find(address);
    if (found === undefined) return problem(404, `there is nothing at ${address.pathname}`);
    if (request.method !== "GET" && request.method !== "HEAD") {
      const refused = problem(405, `${request.method} is not possible here; use GET`);
      return { ...refused, headers: { ...refused.headers, allow: "GET, HEAD" } };
    }
    const answer = found();
    return request.method === "HEAD" ? { ...answer, body: "" } : answer;
  }

  #find({ pathname, searchParams }: URL): (() => ApiResponse) | undefined {
    if (pathname === "/healthz") return () => json(200, { status: "ok" });
    if (pathname === "/readyz") return () => this.#ready();
    if (pathname === "/api/v1/stories") return () => this.#stories(searchParams.get("limit"));
    const id = /^\/api\/v1\/stories\/([A-Za-z0-9_.-]{1,128})$/.exec(pathname)?.[1];
    return id === undefined ? undefined : () => this.#story(id);
  }

  #ready(): ApiResponse {
    const { ready, reason } = this.#readiness();
    return ready ? json(200, { status: "ready" }) : json(503, { status: "not ready", reason });
  }

  #stories(limit: string | null): ApiResponse {
    const wanted = limit === null ? LIMIT_DEFAULT : Number(limit);
    if (!Number.isSafeInteger(wanted) || wanted < 1 || LIMIT_MAX < wanted) {
      return problem(400, `limit must be a whole number from 1 to ${LIMIT_MAX}`);
    }
    return json(200, { total: this.#board.size, stories: this.#board.latest(wanted) });
  }

  #story(id: string): ApiResponse {
    const story = this.#board.find(id);
    return story === undefined ? problem(404, `there is no story ${id}`) : json(200, story);
  }
}

function json(status: number, value: unknown): ApiResponse {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  return { status, headers, body: `${JSON.stringify(value)}\n` };
}

function problem(status: number, message: string): ApiResponse {
  return json(status, { error: { status, message } });
}
