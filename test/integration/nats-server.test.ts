import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";

describe.skipIf(!natsServerAvailable())("the tests' nats-server", () => {
  test("keeps what it stored over a restart and over a kill, on the same address", async () => {
    await using server = await startNatsServer();
    const { url, pid } = server;
    const before = await connect({ servers: url });
    await (await jetstreamManager(before)).streams.add({ name: "EVENTS", subjects: ["events.>"] });
    await jetstream(before).publish("events.pod", "one");
    await before.close();

    await server.restart();
    await server.kill();
    await server.restart();

    expect([server.url, server.pid === pid]).toEqual([url, false]);
    const after = await connect({ servers: server.url });
    const { state } = await (await jetstreamManager(after)).streams.info("EVENTS");
    await after.close();
    expect(state.messages).toBe(1);
  });

  test("is gone once stopped", async () => {
    const server = await startNatsServer({ jetstream: false });
    await server.stop();
    expect(() => process.kill(server.pid, 0)).toThrow("ESRCH");
    await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow();
  });

  test("says why it does not start", async () => {
    await expect(startNatsServer({ config: "no_such_setting: {" })).rejects.toThrow(/did not start/);
  });
});
