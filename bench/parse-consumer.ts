import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { stopwatch } from "./stopwatch.ts";

/** The yardstick: an ordered consumer that parses each message as JSON, and does nothing else. */
const [url = "", stream = "", last = "", messagesMax = "2000"] = process.argv.slice(2);
const watch = stopwatch();
const connection = await connect({ servers: url });
const consumer = await jetstream(connection).consumers.get(stream);
let events = 0;
for await (const message of await consumer.consume({ max_messages: Number(messagesMax) })) {
  if (message.json() !== null) events++;
  if (Number(last) <= message.seq) break;
}
await connection.close();
process.stdout.write(`${JSON.stringify({ ...watch(), events })}\n`);
