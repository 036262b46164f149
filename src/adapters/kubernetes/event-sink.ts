import { hostname } from "node:os";
import { BoundedMap } from "../../core/model/bounded-map.ts";
import type { Story, StoryChange } from "../../core/model/story.ts";
import { type Sink, SinkError } from "../../ports/sink.ts";
import { HttpClient, HttpRefusal } from "../http/http-client.ts";
import { StoryLanes } from "../story-lanes.ts";
import type { ApiAccess } from "./api-access.ts";
import { eventOfStory, type KubernetesEvent, REVISION_ANNOTATION } from "./event-of-story.ts";

/** Stories told at the same time. */
const LANES_MAX = 4;
/** Stories whose Event's namespace is remembered. */
const STORIES_MAX = 10_000;

/**
 * Opens a {@link Sink} that keeps one Event for each story on the entity of its root cause: created
 * when it is told, patched with each revision, `Normal` when it has ended. An Event that has expired
 * meanwhile, as they do, is created anew.
 */
export function openKubernetesEventSink(access: ApiAccess): Sink {
  return new KubernetesEventSink(access);
}

class KubernetesEventSink implements Sink {
  readonly name: string;
  readonly #access: ApiAccess;
  readonly #client: HttpClient;
  readonly #lanes = new StoryLanes(LANES_MAX);
  /** The last revision told here of each story. */
  readonly #told = new BoundedMap<string, Story>(STORIES_MAX);

  constructor(access: ApiAccess) {
    this.name = `kubernetes:${access.url.host}`;
    this.#access = access;
    this.#client = new HttpClient({ ca: access.ca });
  }

  deliver(changes: readonly StoryChange[], signal?: AbortSignal): Promise<void> {
    return this.#lanes.run(changes, async ({ story }) => {
      const event = eventOfStory(story, hostname());
      const before = this.#told.get(story.id);
      const earlier = before === undefined ? undefined : eventOfStory(before, hostname());
      const known = earlier !== undefined && placeOf(earlier) === placeOf(event);
      // Its root cause is another one now: what stood at the first one ends there.
      if (before !== undefined && !known) await this.#patch(eventOfStory(leaving(story, before), hostname()), signal);
      const kept = known ? await this.#patch(event, signal) : await this.#create(event, signal);
      // It has expired; or it came before, from an earlier run or with an answer that was lost.
      if (!kept) await (known ? this.#create(event, signal) : this.#catchUp(event, signal));
      this.#told.set(story.id, story);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
  }

  /** False if it is there already. */
  #create(event: KubernetesEvent, signal: AbortSignal | undefined): Promise<boolean> {
    return this.#unless(409, this.#send("POST", this.#url(event.metadata.namespace), event, signal));
  }

  /** False if it is not there. What an object is about stays as it was created. */
  #patch(event: KubernetesEvent, signal: AbortSignal | undefined): Promise<boolean> {
    const { metadata, type, reason, message, action, lastTimestamp, count, series } = event;
    const annotations = { annotations: metadata.annotations };
    const patch = { metadata: annotations, type, reason, message, action, lastTimestamp, count, series };
    return this.#unless(404, this.#send("PATCH", this.#url(metadata.namespace, metadata.name), patch, signal));
  }

  /** Brings an Event up to date of which it is not known how far it is. */
  async #catchUp(event: KubernetesEvent, signal: AbortSignal | undefined): Promise<void> {
    const { namespace, name, annotations } = event.metadata;
    const body = await this.#send("GET", this.#url(namespace, name), undefined, signal);
    const shown = revisionIn(body);
    if (shown < Number(annotations[REVISION_ANNOTATION]) && !(await this.#patch(event, signal))) {
      throw new SinkError(`the Event ${namespace}/${name} went while it was written`, {
        cause: undefined,
        retryable: true,
      });
    }
  }

  /** False where the server answered so, true where it took it. */
  async #unless(status: number, sending: Promise<unknown>): Promise<boolean> {
    try {
      await sending;
      return true;
    } catch (cause) {
      if (cause instanceof HttpRefusal && cause.status === status) return false;
      throw cause;
    }
  }

  async #send(
    method: "GET" | "POST" | "PATCH",
    url: URL,
    body: object | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const token = await this.#access.token();
    const headers = {
      accept: "application/json",
      "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const message = { method, url, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    try {
      return (await this.#client.send(message, signal)).body;
    } catch (cause) {
      // A token that has run out a moment ago is read anew the next time.
      if (!(cause instanceof HttpRefusal) || cause.status !== 401) throw cause;
      throw new SinkError(cause.message, { cause, retryable: true });
    }
  }

  #url(namespace: string, name?: string): URL {
    const path = `api/v1/namespaces/${encodeURIComponent(namespace)}/events${name === undefined ? "" : `/${name}`}`;
    return new URL(path, this.#access.url);
  }
}

/** The story as it ends at an entity that is not its root cause any more. */
function leaving(story: Story, { rootCause }: Story): Story {
  return { ...story, rootCause, status: "retracted", statusReason: "another root cause was found" };
}

/** Where an Event is, and what it is about: neither can be changed. */
function placeOf({ metadata: { namespace }, involvedObject: { kind, name } }: KubernetesEvent): string {
  return `${namespace}/${kind}/${name}`;
}

/** 0 for what carries none. */
function revisionIn(body: string): number {
  try {
    const { metadata } = JSON.parse(body) as { readonly metadata?: KubernetesEvent["metadata"] };
    return Number(metadata?.annotations?.[REVISION_ANNOTATION] ?? 0);
  } catch (cause) {
    throw new SinkError("the API server answered with something that is not JSON", { cause, retryable: true });
  }
}
