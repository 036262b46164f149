import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import type { Gap, LogEntry } from "../../ports/source.ts";
import { systemClock } from "../system.ts";
import { isServerRefusal } from "./server-refusal.ts";

/** How often the stream is looked at where sequences are left out all the time, as other subjects are. */
const LOOK_EVERY_MS = 1_000;
/** A gap is not passed over because the connection is away for a moment. */
const LOOKS_MAX = 3;

/** What is read, and from where. */
export interface LostMessagesOptions {
  readonly manager: JetStreamManager;
  readonly stream: string;
  /** Whether every message of the stream is read, so that each sequence left out is worth a look. */
  readonly everySubject: boolean;
  /** Everything up to this sequence was read before; `undefined` where reading begins with what there is. */
  readonly after: number | undefined;
}

/**
 * Notices messages that the stream deleted before they could be read: it was purged, or its limits
 * were reached, behind a reader that was away or slow. And notices a stream that went back.
 */
export class LostMessages {
  readonly #options: LostMessagesOptions;
  /** Everything up to here was read, or is known not to be ours. */
  #upTo: number | undefined;
  /** When the stream was made: another one by its name was made later. */
  #created: string | undefined;
  /** It looked as if the stream went back: a second look makes sure. */
  #maybeBack = false;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: LostMessagesOptions) {
    this.#options = options;
    this.#upTo = options.after;
  }

  /** What is missing before the first message. Throws what the client throws, as all of this does. */
  async atStart(): Promise<Gap | undefined> {
    const info = await this.#look();
    this.#created = info.created;
    return this.#gapBefore(info);
  }

  /** The first gap between these messages, and the index of the one behind it. */
  async among(entries: readonly LogEntry[]): Promise<{ readonly gap: Gap; readonly at: number } | undefined> {
    const upTo = this.#upTo;
    const last = entries.at(-1)?.position ?? 0;
    this.#upTo = last;
    if (upTo === undefined || last - upTo === entries.length || !this.#mayLook()) return undefined;
    const at = entries.findIndex(({ position }, index) => (entries[index - 1]?.position ?? upTo) + 1 < position);
    const from = (entries[at - 1]?.position ?? upTo) + 1;
    const { state } = await this.#lookAgain();
    const to = Math.min(state.first_seq, entries[at]?.position ?? from) - 1;
    return to < from ? undefined : { gap: { from, to }, at };
  }

  /** The stream as it is now, for times in which nothing comes. */
  async whenQuiet(): Promise<{ readonly info: StreamInfo; readonly wentBack: boolean }> {
    const info = await this.#look();
    const isBack = this.#created !== info.created || info.state.last_seq < (this.#upTo ?? 0);
    const wentBack = isBack && this.#maybeBack;
    this.#maybeBack = isBack;
    return { info, wentBack };
  }

  /** What is missing behind the last message, where the server says that nothing is left to be sent. */
  whenDone(info: StreamInfo): Gap | undefined {
    const gap = this.#gapBefore(info);
    this.#upTo = Math.max(this.#upTo ?? 0, info.state.last_seq);
    return gap;
  }

  #gapBefore({ state }: StreamInfo): Gap | undefined {
    const [from, to] = [(this.#upTo ?? state.first_seq) + 1, state.first_seq - 1];
    if (to < from) return undefined;
    this.#upTo = to;
    return { from, to };
  }

  async #lookAgain(): Promise<StreamInfo> {
    for (let looks = 1; ; looks++) {
      try {
        return await this.#look();
      } catch (cause) {
        if (LOOKS_MAX <= looks || isServerRefusal(cause)) throw cause;
      }
    }
  }

  #look(): Promise<StreamInfo> {
    return this.#options.manager.streams.info(this.#options.stream);
  }

  #mayLook(): boolean {
    if (this.#options.everySubject) return true;
    const nowMs = systemClock.now();
    // A clock that was set back must not keep it from looking until it is where it was.
    if (this.#lookedMs <= nowMs && nowMs < this.#lookedMs + LOOK_EVERY_MS) return false;
    this.#lookedMs = nowMs;
    return true;
  }
}
