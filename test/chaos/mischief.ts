import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/transport-node";
import { seeded } from "../../bench/random.ts";
import type { EngineRunner } from "./engine-runner.ts";
import { STEPS } from "./naive/die-at.ts";
import type { Servers } from "./servers.ts";
import type { StreamHarm } from "./stream-harm.ts";
import type { Wire } from "./wire.ts";

/** How often what is done; what is left out is not done at all. */
export interface Schedule {
  /** The engine is killed; every third time at a named step, each step in turn. */
  readonly kills: number;
  /** The server is killed and started again. */
  readonly serverKills?: number;
  /** The server is stopped for so long that what was published gets no answer. */
  readonly serverPauses?: number;
  /** The engine is stopped for a second, and goes on. */
  readonly pauses?: number;
  /** The server stores what the engine sends, and its answers are lost; then the connection is cut, or the engine killed. */
  readonly lostAnswers?: number;
  /** What no engine needs any more is purged from the stream. */
  readonly purges?: number;
  /** The stream is deleted, and made anew. */
  readonly recreations?: number;
}

/** To whom it is done. */
export interface MischiefOptions extends Schedule {
  readonly seed: number;
  readonly engine: EngineRunner;
  readonly servers: Servers;
  readonly wires: readonly Wire[];
  readonly harm: StreamHarm;
  readonly connection: NatsConnection;
  readonly stream: string;
}

/** The engine runs so long before something happens to it. */
const RUN_MS = { least: 50, most: 600 } as const;
/** How long an engine that is to die at a step may take to come there. */
const STEP_MS_MAX = 3_500;
const PAUSE_MS = 1_000;
/** Longer than the engine waits for the answer to what it published. */
const UNANSWERED_MS = 5_500;
/** How long an engine may take to be at work again after that. */
const RECOVERY_MS_MAX = 10_000;
/** Of so many times that answers are lost the engine lives on once. */
const SURVIVED_EVERY = 4;

type Harm = Exclude<keyof Schedule, "kills">;

/** Each under its name in the books; the number says when among the others it is its turn. */
const HARMS: readonly (readonly [Harm, name: string, turn: number])[] = [
  ["pauses", "pauses", 0.1],
  ["serverKills", "server kills", 0.25],
  ["serverPauses", "server pauses", 0.4],
  ["purges", "purges", 0.55],
  ["lostAnswers", "answers lost", 0.7],
  ["recreations", "streams made anew", 0.85],
];

/** Does harm to the engine, its stream and its server, by chance but from a seed, and counts it. */
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
    const { kills, engine } = this.#options;
    const kill = this.count("kills");
    const step = kill % 3 === 2 && kill < kills ? STEPS[Math.floor(kill / 3) % STEPS.length] : undefined;
    await engine.start(step);
    const runMs = step === undefined ? RUN_MS.least + this.#random() * (RUN_MS.most - RUN_MS.least) : STEP_MS_MAX;
    await Promise.race([sleep(runMs), engine.ended()]);
    if (step !== undefined && engine.hasEnded) this.#note(`at ${step}`);
    for (const [harm, name, turn] of HARMS) {
      if (this.#isDue(harm, name, turn) && (await this.#do(harm))) this.#note(name);
    }
    if (kills <= kill) return;
    await engine.signal("SIGKILL");
    this.#note("kills");
  }

  /** Whether it is time: what is wanted is spread over all kills. */
  #isDue(harm: Harm, name: string, turn: number): boolean {
    const { kills, [harm]: wanted = 0 } = this.#options;
    const share = Math.min(1, (this.count("kills") + 1) / Math.max(1, kills));
    return this.count(name) < wanted * share - turn;
  }

  /** Whether it could be done. */
  async #do(harm: Harm): Promise<boolean> {
    const { engine, servers, connection, stream, harm: streamHarm } = this.#options;
    if (harm === "lostAnswers") return this.#loseAnswers();
    if (harm === "purges") return streamHarm.purge(engine);
    if (harm === "recreations") await streamHarm.recreate(engine, this.count("streams made anew") % 2 === 1);
    else if (harm === "serverKills") await servers.kill(connection, stream);
    else if (harm === "serverPauses") await servers.pause(connection, stream, UNANSWERED_MS);
    else {
      await engine.signal("SIGSTOP");
      await sleep(PAUSE_MS);
      await engine.signal("SIGCONT");
    }
    return true;
  }

  /** From a story, a checkpoint or a note on, in turn; the engine is killed in the middle of it, or has to go on. */
  async #loseAnswers(): Promise<boolean> {
    const { engine, wires, stream } = this.#options;
    const key = `$KV.tapio_checkpoint.${stream}`;
    const count = this.count("answers lost");
    const words = ["PUB tapio.stories.", `PUB ${key} `, `PUB ${key}.attempt `][count % 3] ?? "";
    await engine.start();
    const lost = wires.map((wire) => wire.loseAnswersTo(words));
    const [sent, never] = [lost.map((one) => one.sent.then(() => true)), engine.ended().then(() => false)];
    const wasSent = await Promise.race([...sent, never, sleep(STEP_MS_MAX, false)]);
    const survives = count % SURVIVED_EVERY === 0;
    if (wasSent) await Promise.race([sleep(survives ? UNANSWERED_MS : this.#random() * 300), engine.ended()]);
    if (!survives) await engine.signal("SIGKILL");
    for (const one of lost) one.end();
    const before = engine.saved;
    for (let ms = 0; wasSent && survives && ms < RECOVERY_MS_MAX && !engine.hasEnded; ms += 50) {
      if (engine.saved !== before) break;
      await sleep(50);
    }
    return wasSent;
  }

  #note(what: string): void {
    this.done[what] = this.count(what) + 1;
  }
}
