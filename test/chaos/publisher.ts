import { setTimeout as sleep } from "node:timers/promises";
import { type JetStreamClient, jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { workload } from "./workload.ts";

/** Events published one behind the other before a pause. */
const BURST = 20;
const ANSWER_MS_MAX = 2_000;
/** About how long a kill takes, with all that belongs to it, as long as none was measured. */
const KILL_MS = 600;
const PAUSE_MS = { least: 2, most: 300, ahead: 1_000 } as const;

/** What to publish. */
export interface PublisherOptions {
  readonly connection: NatsConnection;
  readonly subject: string;
  readonly seed: number;
  readonly events: number;
  readonly kills: number;
  /** How often the engine was killed by now. */
  readonly killed: () => number;
}

/** Publishes the events of a run, and can be held for a while. */
export class Publisher {
  published = 0;
  readonly #options: PublisherOptions;
  readonly #client: JetStreamClient;
  #mayGo: Promise<void> | undefined;
  #letGo: (() => void) | undefined;
  #burst: Promise<void> | undefined;
  #ticks = 0;
  #startedMs = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#client = jetstream(options.connection, { timeout: ANSWER_MS_MAX });
  }

  /** Publishes all events, each until the server confirms it: the same event again is the same event. */
  async run(): Promise<void> {
    const { seed, events } = this.#options;
    const log = workload(seed);
    this.#startedMs = performance.now();
    while (this.published < events) {
      await this.#mayGo;
      const burstMs = performance.now();
      this.#burst = this.#publishSome(log, Math.min(BURST, events - this.published));
      await this.#burst;
      await sleep(Math.max(PAUSE_MS.least, this.#pauseMs() - (performance.now() - burstMs)));
    }
  }

  /** Spread over the time that the kills take, so that each falls into live traffic. */
  #pauseMs(): number {
    const { events, kills, killed } = this.#options;
    const done = killed();
    // Ahead of them: some kills take long.
    if (events * (done + 1) < this.published * kills) return PAUSE_MS.ahead;
    const killMs = done === 0 ? KILL_MS : (performance.now() - this.#startedMs) / done;
    const bursts = Math.max(1, (events - this.published) / BURST);
    return Math.min(PAUSE_MS.most, ((kills - done) * killMs) / bursts);
  }

  /** Publishes no event until it is let go on; resolves when none is on its way. */
  async hold(): Promise<void> {
    this.#mayGo = new Promise((resolve) => {
      this.#letGo = resolve;
    });
    await this.#burst;
  }

  goOn(): void {
    this.#mayGo = undefined;
    this.#letGo?.();
  }

  /** Publishes an event that no rule knows: it moves log time on. */
  async tick(): Promise<void> {
    const id = `tick-${++this.#ticks}`;
    const entity = { kind: "Pod", name: "tick" };
    await this.#publish(
      JSON.stringify({ id, traceId: id, time: new Date().toISOString(), source: "k8s", type: "x.tick", entity }),
    );
  }

  async #publishSome(log: ReturnType<typeof workload>, count: number): Promise<void> {
    for (let n = 0; n < count; n++) await this.#publish(log.next().value(Date.now()));
    this.published += count;
  }

  async #publish(text: string): Promise<void> {
    for (;;) {
      try {
        await this.#client.publish(this.#options.subject, text);
        return;
      } catch {
        // The server is down, or its answer was lost.
        await sleep(50);
      }
    }
  }
}
