import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { deserialize } from "node:v8";
import { openCheckpointStore } from "../../src/adapters/nats/checkpoint.ts";
import { connectNats } from "../../src/adapters/nats/connect.ts";
import { openDeadLetters } from "../../src/adapters/nats/dead-letter.ts";
import { openStorySink } from "../../src/adapters/nats/story-sink.ts";
import { openThreadedSource } from "../../src/adapters/nats/threaded-source.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { Engine } from "../../src/core/engine/engine.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import type { RuleSet } from "../../src/core/model/rule.ts";
import { runPipeline } from "../../src/service/pipeline.ts";
import { RUNNING, saying } from "./engine-words.ts";
import { LIMITS } from "./limits.ts";
import { openAcknowledged } from "./naive/acknowledged.ts";
import { openCarelessSink } from "./naive/careless-sink.ts";
import { dieAt } from "./naive/die-at.ts";
import { forgetful } from "./naive/forgetful.ts";
import { abortAtPoison, throwAtPoison } from "./naive/poison.ts";
import { savedOnReceipt } from "./naive/saved-on-receipt.ts";

/**
 * The engine as a process of its own, made to be killed: the parts that `tapio run` puts together,
 * with short windows. `design` takes one part away, for the harness to show that it notices, or makes
 * one die over an event of the type `x.poison`.
 */
const [url = "", stream = "", rulesPath = "", design = "", nodes = "1"] = process.argv.slice(2);
// Whoever started it wrote them, as the thread that reads packs hands them over.
const rules = deserialize(await readFile(rulesPath)) as RuleSet;
// It will not end in order, when Node would do so by itself.
flushCompileCache();
// Whoever started it says when its turn is, and at which step it is to die.
const [turn] = await once(process.stdin.setEncoding("utf8"), "data");
process.stdin.unref();
// Whoever started it is gone, and will never end it.
process.stdin.once("end", () => process.kill(process.pid, "SIGKILL"));
const step = String(turn).trim();
const replicas = Number(nodes);
const connection = await connectNats({ url });
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const store = saying(await openCheckpointStore({ connection, stream, replicas }));
const source = await openThreadedSource({ access: { url }, stream, subjects: [], quietAfterMs: 200 });
const careful = await openStorySink({ connection, replicas });
const sink = design === "careless" ? openCarelessSink(connection) : careful;
const log =
  design === "dedupe"
    ? await openAcknowledged(connection, { source, store }, stream)
    : { source: design === "receipt" ? savedOnReceipt(source, store) : source, store };
const parts = dieAt(step, {
  source: log.source,
  store: design === "forgetful" ? forgetful(store) : log.store,
  sink,
});
const engine = new Engine({ rules, limits: LIMITS });
process.stdout.write(`${RUNNING}\n`);
await runPipeline({
  sources: [parts.source],
  decoder: design === "abort" ? abortAtPoison(new Decoder()) : new Decoder(),
  engine: design === "throw" ? throwAtPoison(engine) : engine,
  sinks: [parts.sink],
  deadLetters: await openDeadLetters({ connection, stream, replicas }),
  checkpoints:
    design === "receipt"
      ? { load: () => store.load(), save: async () => undefined, confirm: async () => undefined }
      : parts.store,
  clock: systemClock,
  signal: stop.signal,
  onTrouble: (message) => process.stderr.write(`${message}\n`),
});
await source[Symbol.asyncDispose]();
await connection.close();
