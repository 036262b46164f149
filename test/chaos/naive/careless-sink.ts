import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Sink } from "../../../src/ports/sink.ts";

/** A naive design: stories are published without a message ID and without an expected sequence. */
export function openCarelessSink(connection: NatsConnection): Sink {
  const client = jetstream(connection);
  return {
    name: "careless",
    async deliver(changes) {
      for (const { story } of changes) await client.publish(`tapio.stories.${story.id}`, JSON.stringify(story));
    },
    async [Symbol.asyncDispose]() {},
  };
}
