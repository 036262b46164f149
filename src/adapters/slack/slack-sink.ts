import { BoundedMap } from "../../core/model/bounded-map.ts";
import type { Story, StoryChange } from "../../core/model/story.ts";
import { type Sink, SinkError } from "../../ports/sink.ts";
import { StoryLanes } from "../story-lanes.ts";
import { messageOfStory, wordOnChange } from "./message-of-story.ts";
import { type SlackAccess, SlackApi, SlackError, type SlackMessage } from "./slack-api.ts";

export interface SlackOptions extends SlackAccess {
  /** Hears what people should know and nothing can be done about here. */
  readonly onTrouble?: ((message: string) => void) | undefined;
}

/** A story's message as far as it is known. */
interface Told {
  readonly message: SlackMessage;
  /** The revision that the message shows. */
  readonly revision: number;
  /** What it says; `undefined` if an earlier run wrote it. */
  readonly story: Story | undefined;
}

/** Stories whose messages are remembered. */
const STORIES_MAX = 10_000;
/** The message is gone, or may not be edited any more: the story gets another one. */
const UNEDITABLE = new Set(["message_not_found", "cant_update_message", "edit_window_closed"]);

/**
 * Opens a {@link Sink} for Slack, or what speaks its Web API: one message a story, edited in place, and
 * a word in its thread for each change worth one. Messages carry the story's ID as metadata; so the
 * messages of an earlier run, and those of which it is unknown whether they were posted, are found
 * again. Throws a `RangeError` where an option cannot be used.
 */
export function openSlackSink(options: SlackOptions): Sink {
  return new SlackSink(options);
}

class SlackSink implements Sink {
  readonly name: string;
  readonly #api: SlackApi;
  readonly #onTrouble: (message: string) => void;
  readonly #lanes = new StoryLanes(1);
  readonly #told = new BoundedMap<string, Told>(STORIES_MAX);
  /** Stories of which the last attempt failed: what it did is not known. */
  readonly #uncertain = new Set<string>();
  #historyRead = false;

  constructor(options: SlackOptions) {
    this.#api = new SlackApi(options);
    this.name = `slack:${this.#api.host}/${options.channel}`;
    this.#onTrouble = options.onTrouble ?? (() => {});
  }

  deliver(changes: readonly StoryChange[], signal?: AbortSignal): Promise<void> {
    return this.#lanes.run(changes, async (change) => {
      const { id } = change.story;
      const uncertain = this.#uncertain.has(id);
      this.#uncertain.add(id);
      try {
        await this.#tell(change, uncertain, signal);
      } catch (cause) {
        // Refused for good: nothing was done.
        if (cause instanceof SinkError && !cause.retryable) this.#uncertain.delete(id);
        throw cause;
      }
      this.#uncertain.delete(id);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#api[Symbol.dispose]();
  }

  async #tell(change: StoryChange, uncertain: boolean, signal: AbortSignal | undefined): Promise<void> {
    const { story } = change;
    if (!this.#historyRead || (uncertain && this.#told.get(story.id) === undefined)) await this.#readHistory(signal);
    const told = this.#told.get(story.id);
    if (told === undefined || !(await this.#edit(told, change, uncertain, signal))) {
      const message = await this.#api.post(messageOfStory(story), stampOf(story), undefined, signal);
      this.#told.set(story.id, { message, revision: story.revision, story });
    }
  }

  /** Brings the message up to date, and says in its thread what changed; false if it can't be edited. */
  async #edit(told: Told, change: StoryChange, uncertain: boolean, signal: AbortSignal | undefined): Promise<boolean> {
    const { story } = change;
    if (story.revision < told.revision || (story.revision === told.revision && !uncertain)) return true;
    const word = wordOnChange(change, told.story);
    try {
      if (told.revision < story.revision) {
        await this.#api.update(told.message, messageOfStory(story), stampOf(story), signal);
      }
    } catch (cause) {
      if (!(cause instanceof SlackError && UNEDITABLE.has(cause.code))) throw cause;
      return false;
    }
    if (word !== undefined && !(uncertain && (await this.#isSaid(told.message, story, signal)))) {
      await this.#api.post(word, stampOf(story), told.message, signal);
    }
    this.#told.set(story.id, { message: told.message, revision: story.revision, story });
    return true;
  }

  async #isSaid(thread: SlackMessage, { id, revision }: Story, signal: AbortSignal | undefined): Promise<boolean> {
    const said = await this.#permitted(() => this.#api.stamped(thread, signal));
    return said.some((one) => one.story === id && one.revision === revision);
  }

  async #readHistory(signal: AbortSignal | undefined): Promise<void> {
    const messages = await this.#permitted(() => this.#api.stamped(undefined, signal));
    this.#historyRead = true;
    // The newest comes first, and is the one that counts.
    for (const { story, revision, ...message } of messages.reverse()) {
      const known = this.#told.get(story)?.message.ts === message.ts;
      if (!known) this.#told.set(story, { message, revision, story: undefined });
    }
  }

  /** Reading needs permissions that writing does not; without them messages may be posted twice. */
  async #permitted<T>(read: () => Promise<T[]>): Promise<T[]> {
    try {
      return await read();
    } catch (cause) {
      if (!(cause instanceof SinkError) || cause.retryable) throw cause;
      this.#onTrouble(`${this.name}: ${cause.message}; stories told before cannot be found again`);
      return [];
    }
  }
}

function stampOf({ id, revision }: Story): { readonly story: string; readonly revision: number } {
  return { story: id, revision };
}
