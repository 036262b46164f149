import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { startProgram } from "../cli/program.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";

/** Long enough for two programs to start on a busy machine; what is promised is counted in log lines, not seconds. */
const MS_MAX = 60_000;

describe.skipIf(!natsServerAvailable())("two engines on one stream", () => {
  test("the older one stops though nothing happens in the stream, and the newer one goes on", {
    timeout: MS_MAX,
  }, async () => {
    await using server = await startNatsServer();
    await using connection = await connect({ servers: server.url });
    await (await jetstreamManager(connection)).streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
    const argv = ["run", "--nats", server.url, "--stream", "TAPIO", "--listen", "127.0.0.1:0"];
    await using older = startProgram(argv);
    await older.sees(/caught up with the stream; ready/);
    await using newer = startProgram(argv);
    await newer.sees(/caught up with the stream; ready/);
    expect(await older.ended).toBe(3);
    expect(older.err()).toContain("another engine has taken the checkpoint of TAPIO over");
    newer.signal("SIGTERM");
    expect(await newer.ended).toBe(0);
  });
});
