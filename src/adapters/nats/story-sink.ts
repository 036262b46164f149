import { type JetStreamClient, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { BoundedMap } from "../../core/model/bounded-map.ts";
import type { Story, StoryChange } from "../../core/model/story.ts";
import { type Sink, SinkError } from "../../ports/sink.ts";
import { StoryLanes } from "../story-lanes.ts";
import { asSinkError, ensureStream } from "./ensure-stream.ts";
import { isServerRefusal, isWrongLastSequence } from "./server-refusal.ts";

const SUBJECT = "tapio.stories";
const STREAM = "TAPIO_STORIES";
const KEEP_DAYS = 30;
/** Stories published at the same time; the revisions of one story go one after the other. */
const IN_FLIGHT_MAX = 256;
/** Stories whose last revision is remembered. */
const STORIES_MAX = 100_000;
const ATTEMPTS_MAX = 5;
const PUBLISH_TIMEOUT_MS = 5_000;

/**
 * Opens a {@link Sink} that publishes each revision to `tapio.stories.<id>`, once: the broker
 * refuses a second copy by its message ID, and however late by the subject's expected last sequence.
 * The connection belongs to the caller, and stays open when the sink is disposed of.
 */
export async function openStorySink(options: {
  readonly connection: NatsConnection;
  /** On how many servers of a cluster stories are kept; 1 by default. */
  readonly replicas?: number | undefined;
}): Promise<Sink> {
  const manager = await jetstreamManager(options.connection, { checkAPI: false, timeout: PUBLISH_TIMEOUT_MS });
  const wanted = { name: STREAM, subject: `${SUBJECT}.>`, keepDays: KEEP_DAYS, replicas: options.replicas ?? 1 };
  const stream = await ensureStream(manager, wanted);
  return new StorySink(manager, stream);
}

/** The last message of a story in the stream. */
interface LastStored {
  readonly sequence: number;
  readonly revision: number;
}

const NONE: LastStored = { sequence: 0, revision: 0 };

class StorySink implements Sink {
  readonly name = "nats:tapio.stories";
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #stream: string;
  readonly #lanes = new StoryLanes(IN_FLIGHT_MAX);
  /** By story ID, as far as known. */
  readonly #lastStored = new BoundedMap<string, LastStored>(STORIES_MAX);

  constructor(manager: JetStreamManager, stream: string) {
    this.#manager = manager;
    this.#client = manager.jetstream();
    this.#stream = stream;
  }

  deliver(changes: readonly StoryChange[]): Promise<void> {
    return this.#lanes.run(changes, ({ story }) => this.#publish(story));
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #publish(story: Story): Promise<void> {
    const subject = `${SUBJECT}.${story.id}`;
    const body = JSON.stringify(story);
    let failure: unknown;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        // A new story's subject is new; for any other one, somebody has to look.
        const known = this.#lastStored.get(story.id);
        const last = known ?? (story.revision === 1 && attempt === 0 ? NONE : await this.#look(story.id, subject));
        // A later one may be there already: the server forgets message IDs, and takes whatever fits its place.
        if (story.revision <= last.revision) return;
        const acknowledged = await this.#client.publish(subject, body, {
          msgID: `${story.id}-${story.revision}`,
          expect: { lastSubjectSequence: last.sequence },
          timeout: PUBLISH_TIMEOUT_MS,
        });
        this.#lastStored.set(story.id, { sequence: acknowledged.seq, revision: story.revision });
        return;
      } catch (cause) {
        // Refused for its place: look and go on. Timed out: unknown, so try again with the same ID.
        if (isServerRefusal(cause) && !isWrongLastSequence(cause))
          throw asSinkError(`cannot publish to ${subject}`, cause);
        failure = cause;
        this.#lastStored.delete(story.id);
      }
    }
    const why = failure instanceof Error ? failure.message : String(failure);
    const message = `cannot publish to ${subject} after ${ATTEMPTS_MAX} attempts: ${why}`;
    throw new SinkError(message, { cause: failure, retryable: true });
  }

  async #look(id: string, subject: string): Promise<LastStored> {
    const stored = await this.#manager.streams.getMessage(this.#stream, { last_by_subj: subject });
    if (stored === null) return NONE;
    const revision = Number(stored.header.get("Nats-Msg-Id").slice(id.length + 1));
    const last = { sequence: stored.seq, revision };
    this.#lastStored.set(id, last);
    return last;
  }
}
