import type { RuleSet } from "../core/model/rule.ts";
import type { PageFiles } from "./page-files.ts";
import { wordsOfRules } from "./rule-words.ts";
import type { StoryBoard } from "./story-board.ts";
import { type Listener, StoryStream } from "./story-stream.ts";

/** An HTTP request as far as the API cares. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly url: string;
  /** The last event that somebody who comes back to a stream had. */
  readonly lastEventId?: string | undefined;
}

/** An HTTP answer; the body is JSON, but for metrics and the page. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** There where it goes on after the body, until what is returned is called. */
  readonly listen?: (listener: Listener) => () => void;
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
  /** The rules in force, for `/api/v1/rules`. */
  readonly rules?: (() => RuleSet) | undefined;
  /** The live page, at `/`. */
  readonly page?: PageFiles | undefined;
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
const STORY = /^\/api\/v1\/stories\/([A-Za-z0-9_.-]{1,128})$/;
const BELOW_STORY = /^\/api\/v1\/stories\/([A-Za-z0-9_.-]{1,128})\/([a-z]+)$/;
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
  readonly #stream: StoryStream;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#board = options.board;
    this.#stream = new StoryStream({ board: options.board, state: () => this.#state() });
  }

  /** Answers one request; never throws: a page that cannot be made must not end the engine. */
  async handle(request: ApiRequest): Promise<ApiResponse> {
    try {
      return await this.#answer(request);
    } catch (cause) {
      return problem(500, `this is a bug in tapio; please report it: ${String(cause)}`);
    }
  }

  async #answer(request: ApiRequest): Promise<ApiResponse> {
    const address = URL.parse(request.url, "http://localhost");
    if (address === null) return problem(400, "this is not a path");
    const found = this.#find(address, request);
    if (found === undefined) return problem(404, `there is nothing at ${address.pathname}`);
    const { get, post } = found;
    if (request.method === "GET" && get !== undefined) return get();
    if (request.method === "HEAD" && get !== undefined) return withoutBody(await get());
    if (request.method === "POST" && post !== undefined) return post();
    const allow = [...(get === undefined ? [] : ["GET", "HEAD"]), ...(post === undefined ? [] : ["POST"])];
    const refused = problem(405, `${request.method} is not possible here; use ${allow[0]}`);
    return { ...refused, headers: { ...refused.headers, allow: allow.join(", ") } };
  }

  #find({ pathname, searchParams }: URL, { lastEventId }: ApiRequest): Resource | undefined {
    const { metrics, status, reload, rules, page } = this.#options;
    const file = page?.find(pathname);
    if (file !== undefined) return { get: () => file };
    if (pathname === "/healthz") return { get: () => json(200, { status: "ok" }) };
    if (pathname === "/readyz") return { get: () => this.#ready() };
    if (pathname === "/metrics") return metrics && { get: () => plain(metrics()) };
    if (pathname === "/-/reload") return reload && { post: () => reloaded(reload) };
    if (pathname === "/api/v1/status") {
      return status && { get: () => json(200, { ...this.#readiness(), ...status() }) };
    }
    if (pathname === "/api/v1/stories") return { get: () => this.#stories(searchParams.get("limit")) };
    if (pathname === "/api/v1/stories/stream") return { get: () => this.#listen(lastEventId) };
    if (pathname === "/api/v1/rules") return rules && { get: () => json(200, { rules: wordsOfRules(rules()) }) };
    return this.#findExplained(pathname, searchParams) ?? this.#findStory(pathname);
  }

  #findExplained(pathname: string, asked: URLSearchParams): Resource | undefined {
    const { explainer } = this.#options;
    if (explainer === undefined) return undefined;
    if (pathname === "/api/v1/explain") return { get: () => explainRule(explainer, asked) };
    const [, id = "", below] = BELOW_STORY.exec(pathname) ?? [];
    if (below === "explanation") return { get: async () => explained(await explainer.explainStory(id)) };
    if (below === "events") return { get: async () => explained(await explainer.eventsOf(id)) };
    return undefined;
  }

  #findStory(pathname: string): Resource | undefined {
    const [, id] = STORY.exec(pathname) ?? [];
    return id === undefined ? undefined : { get: () => this.#story(id) };
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

  /** For the page: what it may show of the service, and offer. */
  #state(): object {
    const { status, explainer } = this.#options;
    return { ...status?.(), ...this.#readiness(), explains: explainer !== undefined };
  }

  #listen(lastEventId: string | undefined): ApiResponse {
    if (this.#stream.isFull) return problem(503, "too many listen already; close one of them, or ask again later");
    const headers = { ...headersOf("text/event-stream"), "x-accel-buffering": "no" };
    return { status: 200, headers, body: "", listen: (listener) => this.#stream.join(listener, lastEventId) };
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

function withoutBody({ status, headers }: ApiResponse): ApiResponse {
  return { status, headers, body: "" };
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
