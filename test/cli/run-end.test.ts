import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { startReceiver } from "../support/http-receiver.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { SEED_PACK, seedEvents } from "../support/seed-pack.ts";
import { until } from "../support/until.ts";
import { startProgram } from "./program.ts";

/** The engine may take ten seconds to end; what is beside that is the machine's. */
const END_MS_MAX = 15_000;

/** An engine whose webhook never answers, with a story on its way there. */
async function startHanging() {
  const server = await startNatsServer();
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
  const folder = await mkdtemp(join(tmpdir(), "tapio-end-"));
  await writeFile(join(folder, "seed.yaml"), SEED_PACK);
  const hanging = await startReceiver(() => ({ status: 200, hang: true }));
  const start = () =>
    startProgram(["run", "--nats", server.url, "--stream", "TAPIO", "--listen", "127.0.0.1:0"], {
      TAPIO_RULES: join(folder, "seed.yaml"),
      TAPIO_WEBHOOK_URL: hanging.url,
      TAPIO_WEBHOOK_ALLOW: "127.0.0.0/8",
    });
  const program = start();
  await program.sees(/caught up with the stream; ready/);
  for (const event of seedEvents()) await jetstream(connection).publish("tapio.events.k8s", JSON.stringify(event));
  await until("the story at the webhook", () => 0 < hanging.received.length);
  return {
    program,
    hanging,
    start,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await hanging[Symbol.asyncDispose]();
      await connection.close();
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Ends with the code, or with words on that it did not. */
function within(ended: Promise<number | undefined>): Promise<number | string | undefined> {
  return Promise.race([ended, new Promise<string>((late) => setTimeout(late, END_MS_MAX, "still running"))]);
}

describe.skipIf(!natsServerAvailable())("run with a sink that hangs", () => {
  test("SIGTERM ends it in order with 0 all the same; the next run sends what was not confirmed", {
    timeout: 60_000,
  }, async () => {
    await using engine = await startHanging();
    engine.program.signal("SIGTERM");
    expect(await within(engine.program.ended)).toBe(0);
    expect(engine.program.err()).toContain("ended in order on SIGTERM");
    const revisionOf = (at: number) => engine.hanging.received.at(at)?.headers["idempotency-key"];
    const [last, seen] = [revisionOf(-1), engine.hanging.received.length];
    engine.hanging.answer = () => ({ status: 200 });
    await using next = engine.start();
    await until("the story once more", () => seen < engine.hanging.received.length);
    expect(revisionOf(seen)?.replace(/-\d+$/, "")).toBe(last?.replace(/-\d+$/, ""));
    next.signal("SIGTERM");
    expect(await within(next.ended)).toBe(0);
  });

  test("a second SIGTERM ends it at once, with the signal's own code", { timeout: 60_000 }, async () => {
    await using engine = await startHanging();
    engine.program.signal("SIGTERM");
    // It waits for its sink now: it still answers, and has not said that it ended.
    const stillHere = await Promise.race([engine.program.ended, new Promise((soon) => setTimeout(soon, 500, "here"))]);
    expect(stillHere).toBe("here");
    engine.program.signal("SIGTERM");
    expect(await within(engine.program.ended)).toBe(143);
    expect(engine.program.err()).not.toContain("ended in order");
  });
});
