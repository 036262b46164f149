import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/transport-node";
import { seeded } from "../../bench/random.ts";
import type { EngineRunner } from "./engine-runner.ts";
import { STEPS } from "./naive/die-at.ts";
import type { Servers } from "./servers.ts";

/** What may be done, how often, and to whom. */
export interface MischiefOptions {
  readonly seed: number;
  readonly kills: number;
  readonly serverKills?: number;
  readonly serverPauses?: number;
  readonly pauses?: number;
  readonly engine: EngineRunner;
  readonly servers: Servers;
  readonly connection: NatsConnection;
  readonly stream: string;
}

/** The engine runs so long before something happens to it. */
const RUN_MS = { least: 50, most: 600 } as const;
/** How long an engine that is to die at a step may take to come there. */
const STEP_MS_MAX = 3_500;
const PAUSE_MS = 1_000;
/** Longer than the engine waits for the answer to what it published. */
const SERVER_PAUSE_MS = 5_500;

/** Does harm to the engine and to its server, by chance but from a seed, and counts it. */
export class Mischief {
  readonly done: Record<string, number> = {};
  readonly #options: MischiefOptions;
  readonly #random: () => number;

  constructor(options: MischiefOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
  }

  count(what: string): number {
    return this.done[what] ?? 0;
  }

  /** Lets the engine run for a moment, and ends that moment in one way or another. */
  async next(): Promise<void> {
    const { kills, engine, servers, connection, stream } = this.#options;
    const kill = this.count("kills");
    const step = kill % 3 === 2 && kill < kills ? STEPS[Math.floor(kill / 3) % STEPS.length] : undefined;
    await engine.start(step);
    const runMs = step === undefined ? RUN_MS.least + this.#random() * (RUN_MS.most - RUN_MS.least) : STEP_MS_MAX;
    await Promise.race([sleep(runMs), engine.ended()]);
    if (this.#may("pauses", "pauses")) {
      await engine.signal("SIGSTOP");
      await sleep(PAUSE_MS);
      await engine.signal("SIGCONT");
    }
    if (this.#may("serverKills", "server kills")) await servers.kill(connection, stream);
    if (this.#may("serverPauses", "server pauses")) await servers.pause(connection, stream, SERVER_PAUSE_MS);
    if (kills <= kill) return;
    if (step !== undefined && engine.hasEnded) this.#note(`at ${step}`);
    await engine.signal("SIGKILL");
    this.#note("kills");
  }

  /** Whether it is time: what is wanted is spread over all kills. */
  #may(option: "pauses" | "serverKills" | "serverPauses", name: string): boolean {
    const { kills, [option]: wanted = 0 } = this.#options;
    const isDue = this.count(name) < (wanted * (this.count("kills") + 1)) / (kills + 1);
    if (isDue) this.#note(name);
    return isDue;
  }

  #note(what: string): void {
    this.done[what] = this.count(what) + 1;
  }
}
