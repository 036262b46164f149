import type { StoryChange } from "../../core/model/story.ts";
import { type DurationMs, type EpochMs, formatTime } from "../../core/model/time.ts";
import type { Clock } from "../../ports/clock.ts";
import { type Sink, SinkError } from "../../ports/sink.ts";
import { HttpClient } from "../http/http-client.ts";
import { HeldRevisions } from "../story-lanes.ts";
import { type Alert, alertOfStory, hasEnded, identityOf } from "./alert-of-story.ts";

/** Which Alertmanager, and how to keep its alerts alive. */
export interface AlertmanagerOptions {
  /** Its address, as in Prometheus: `http://alertmanager:9093`, with a path prefix if it has one. */
  readonly url: string;
  readonly clock: Clock;
  /** Address of tapio's own API, for the link in each alert. */
  readonly externalUrl?: string | undefined;
  /** How often alerts of open stories are posted again; 1 min by default. They live four times as long. */
  readonly repostMs?: DurationMs | undefined;
  /** How long alerts found at the start are kept alive, if nothing is heard of their stories; 1 h by default. */
  readonly adoptMs?: DurationMs | undefined;
  /** Hears of failures that will be tried again. */
  readonly onTrouble?: ((message: string) => void) | undefined;
}

interface OpenAlert {
  readonly alert: Alert;
  /** After this it is no longer posted again: nobody knows whether its story is still open. */
  readonly untilMs: EpochMs;
}

const REPOST_MS = 60_000;
const ADOPT_MS = 3_600_000;
/** Reposts that may fail in a row before an alert ends by itself. */
const LIVES = 4;
const POSTED_AT_ONCE_MAX = 500;
/** What an earlier run may have left open, with all its annotations: some 50,000 alerts. */
const ADOPTED_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Opens a {@link Sink} that keeps one alert in Alertmanager for each open story: posted again before
 * its end time runs out, ended when the story ends. Alerts of an earlier run are found there and kept
 * alive. Throws a `RangeError` where the address cannot be used.
 */
export function openAlertmanagerSink(options: AlertmanagerOptions): Sink {
  const url = URL.parse(options.url.replace(/\/*$/, "/"));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RangeError("Alertmanager's address must be a whole URL, such as http://alertmanager:9093");
  }
  return new AlertmanagerSink(new URL("api/v2/alerts", url), options);
}

class AlertmanagerSink implements Sink {
  readonly name: string;
  readonly #url: URL;
  readonly #options: AlertmanagerOptions;
  readonly #client = new HttpClient();
  readonly #held = new HeldRevisions();
  readonly #stop = new AbortController();
  readonly #reposting: Promise<void>;
  /** By story ID. */
  #open: ReadonlyMap<string, OpenAlert> = new Map();
  #adopted = false;
  /** One request after the other: a repost must not overtake an end. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(url: URL, options: AlertmanagerOptions) {
    this.name = `alertmanager:${url.host}${url.pathname.replace(/\/api\/v2\/alerts$/, "")}`;
    this.#url = url;
    this.#options = options;
    this.#reposting = this.#keepReposting();
  }

  deliver(changes: readonly StoryChange[], signal?: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      const news = changes.filter((change) => !this.#held.has(change));
      if (news.length === 0) return;
      await this.#adopt(signal);
      const { open, posts } = this.#apply(news);
      await this.#post(posts, signal);
      this.#open = open;
      for (const change of news) this.#held.add(change);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#client[Symbol.dispose]();
    await this.#reposting;
  }

  /** What is open after these changes, and what to post: the last state of each alert. */
  #apply(changes: readonly StoryChange[]): { readonly open: Map<string, OpenAlert>; readonly posts: readonly Alert[] } {
    const open = new Map(this.#open);
    const posts = new Map<string, Alert>();
    const nowMs = this.#options.clock.now();
    for (const { story } of changes) {
      const { externalUrl } = this.#options;
      const alert = alertOfStory(story, { nowMs, lifeMs: this.#lifeMs, externalUrl });
      const before = open.get(story.id)?.alert;
      // Other labels are another alert: the earlier one has ended.
      if (before !== undefined && identityOf(before) !== identityOf(alert)) {
        posts.set(identityOf(before), { ...before, endsAt: formatTime(nowMs) });
      }
      posts.set(identityOf(alert), alert);
      if (hasEnded(story)) open.delete(story.id);
      else open.set(story.id, { alert, untilMs: Number.POSITIVE_INFINITY });
    }
    return { open, posts: [...posts.values()] };
  }

  async #keepReposting(): Promise<void> {
    const { clock, repostMs = REPOST_MS, onTrouble } = this.#options;
    while (!this.#stop.signal.aborted) {
      await this.#inTurn(() => this.#repost()).catch((cause: unknown) => {
        if (!this.#stop.signal.aborted) onTrouble?.(`${this.name}: ${String(cause)}; posting again later`);
      });
      await clock.sleep(repostMs, this.#stop.signal);
    }
  }

  async #repost(): Promise<void> {
    await this.#adopt(this.#stop.signal);
    const nowMs = this.#options.clock.now();
    const endsAt = formatTime(nowMs + this.#lifeMs);
    this.#open = new Map([...this.#open].filter(([, { untilMs }]) => nowMs < untilMs));
    await this.#post(
      [...this.#open.values()].map(({ alert }) => ({ ...alert, endsAt })),
      this.#stop.signal,
    );
  }

  /** Finds the alerts that an earlier run has left open. */
  async #adopt(signal: AbortSignal | undefined): Promise<void> {
    if (this.#adopted) return;
    const url = new URL(this.#url);
    url.search = new URLSearchParams([
      ["filter", 'story=~".+"'],
      ["filter", 'rule=~".+/.+"'],
    ]).toString();
    const message = { method: "GET", url, answerBytesMax: ADOPTED_BYTES_MAX } as const;
    const { body } = await this.#client.send(message, signal);
    const untilMs = this.#options.clock.now() + (this.#options.adoptMs ?? ADOPT_MS);
    const found = readAlerts(body).map((alert) => [alert.labels["story"] ?? "", { alert, untilMs }] as const);
    this.#open = new Map([...found, ...this.#open]);
    this.#adopted = true;
  }

  async #post(alerts: readonly Alert[], signal: AbortSignal | undefined): Promise<void> {
    const headers = { "content-type": "application/json" };
    for (let start = 0; start < alerts.length; start += POSTED_AT_ONCE_MAX) {
      const body = JSON.stringify(alerts.slice(start, start + POSTED_AT_ONCE_MAX));
      await this.#client.send({ method: "POST", url: this.#url, headers, body }, signal);
    }
  }

  get #lifeMs(): DurationMs {
    return LIVES * (this.#options.repostMs ?? REPOST_MS);
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task, task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function readAlerts(body: string): Alert[] {
  try {
    const alerts = JSON.parse(body) as readonly Alert[];
    return alerts.map(({ labels, annotations, startsAt, endsAt, generatorURL }) => ({
      labels,
      annotations,
      startsAt,
      endsAt,
      ...(generatorURL === undefined || generatorURL === "" ? {} : { generatorURL }),
    }));
  } catch (cause) {
    throw new SinkError("this is not an Alertmanager: its list of alerts cannot be read", { cause, retryable: true });
  }
}
