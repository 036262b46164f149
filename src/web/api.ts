import type { StoryBoard } from "./story-board.ts";

/** An HTTP request as far as the API cares. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly url: string;
}

/** An HTTP answer; the body is JSON, but for metrics. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whether the program can do its work now, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string | undefined;
  /** It works, and something needs a person: rules that cannot be loaded. */
  readonly degraded?: string | undefined;
}

/** Text in a format of its own. */
export interface PlainText {
  readonly type: string;
  readonly text: string;
}

export interface ApiOptions {
  readonly board: StoryBoard;
  readonly readiness: () => Readiness;
  /** Metrics for `/metrics`; without it there is no such page. */
  readonly metrics?: (() => PlainText) | undefined;
  /** A summary for `/api/v1/status`; `undefined` before there is one. */
  readonly status?: (() => object | undefined) | undefined;
  /** For `/api/v1/explain` and what is below a story; without it there are no such pages. */
  readonly explainer?: Explainer | undefined;
  /** Loads the rules anew, for `POST /-/reload`. */
  readonly reload?: (() => Promise<{ readonly outcome: string }>) | undefined;
}

/** What the service answers to a question about its log. */
export type Explained =
  | { readonly outcome: "answered"; readonly answer: object }
  /** `wrong`: the question; `unknown`: what it is about; `busy`: ask again; `unreadable`: the log. */
  | { readonly outcome: "wrong" | "unknown" | "busy" | "unreadable"; readonly message: string };

/** Explains by reading the log back. */
export interface Explainer {
  explainRule(rule: string, trace?: string, since?: string): Promise<Explained>;
  explainStory(id: string): Promise<Explained>;
  /** The events of a story. */
  eventsOf(id: string): Promise<Explained>;
}

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;
const EXPLAINED_STATUS = { wrong: 400, unknown: 404, busy: 503, unreadable: 502 } as const;

/** What can be done with a path, by method. */
interface Resource {
  readonly get?: () => ApiResponse | Promise<ApiResponse>;
  readonly post?: () => Promise<ApiResponse>;
}

/** The JSON API over what a {@link StoryBoard} holds, and over the service: from request to answer. */
export class Api {
  readonly #options: ApiOptions;
  readonly #board: StoryBoard;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#board = options.board;
  }

  /** Answers one request; never throws. */
  async handle(request: ApiRequest): Promise<ApiResponse> {
    const address = URL.parse(request.url, "http://localhost");
    if (address === null) return problem(400, "this is not a path");
    const found = this.#find(address);
    if (found === undefined) return problem(404, `there is nothing at ${address.pathname}`);
    const { get, post } = found;
    if (request.method === "GET" && get !== undefined) return get();
    if (request.method === "HEAD" && get !== undefined) return { ...(await get()), body: "" };
    if (request.method === "POST" && post !== undefined) return post();
    const allow = [...(get === undefined ? [] : ["GET", "HEAD"]), ...(post === undefined ? [] : ["POST"])];
    const refused = problem(405, `${request.method} is not possible here; use ${allow[0]}`);
    return { ...refused, headers: { ...refused.headers, allow: allow.join(", ") } };
  }

  #find({ pathname, searchParams }: URL): Resource | undefined {
    const { metrics, status, reload, explainer } = this.#options;
    if (pathname === "/healthz") return { get: () => json(200, { status: "ok" }) };
    if (pathname === "/readyz") return { get: () => this.#ready() };
    if (pathname === "/metrics") return metrics && { get: () => plain(metrics()) };
    if (pathname === "/-/reload") return reload && { post: () => reloaded(reload) };
    if (pathname === "/api/v1/status") {
      return status && { get: () => json(200, { ...this.#readiness(), ...status() }) };
    }
    if (pathname === "/api/v1/stories") return { get: () => this.#stories(searchParams.get("limit")) };
    if (pathname === "/api/v1/explain") return explainer && { get: () => explainRule(explainer, searchParams) };
    const [, id, below] = /^\/api\/v1\/stories\/([A-Za-z0-9_.-]{1,128})(\/[a-z]+)?$/.exec(pathname) ?? [];
    if (id === undefined) return undefined;
    if (below === undefined) return { get: () => this.#story(id) };
    if (below === "/explanation") return explainer && { get: async () => explained(await explainer.explainStory(id)) };
    if (below === "/events") return explainer && { get: async () => explained(await explainer.eventsOf(id)) };
    return undefined;
  }

  #readiness(): { readonly status: string; readonly reason?: string | undefined } {
    const { ready, reason, degraded } = this.#options.readiness();
    if (!ready) return { status: "not ready", reason };
    return degraded === undefined ? { status: "ready" } : { status: "degraded", reason: degraded };
  }

  /** Degraded is ready: the rules that were good go on telling stories. */
  #ready(): ApiResponse {
    const readiness = this.#readiness();
    return json(readiness.status === "not ready" ? 503 : 200, readiness);
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

async function explainRule(explainer: Explainer, asked: URLSearchParams): Promise<ApiResponse> {
  const [rule, trace, since] = ["rule", "trace", "since"].map((name) => asked.get(name) || undefined);
  if (rule === undefined) return problem(400, "name a rule, and a trace if it is about one: ?rule=PACK/ID&trace=TRACE");
  return explained(await explainer.explainRule(rule, trace, since));
}

function explained(asked: Explained): ApiResponse {
  if (asked.outcome === "answered") return json(200, asked.answer);
  return problem(EXPLAINED_STATUS[asked.outcome], asked.message);
}

async function reloaded(reload: () => Promise<{ readonly outcome: string }>): Promise<ApiResponse> {
  const outcome = await reload();
  return json(outcome.outcome === "failed" ? 422 : 200, outcome);
}

function json(status: number, value: unknown): ApiResponse {
  return { status, headers: headersOf("application/json; charset=utf-8"), body: `${JSON.stringify(value)}\n` };
}

function plain({ type, text }: PlainText): ApiResponse {
  return { status: 200, headers: headersOf(type), body: text };
}

function headersOf(type: string): Record<string, string> {
  return { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" };
}

function problem(status: number, message: string): ApiResponse {
  return json(status, { error: { status, message } });
}
