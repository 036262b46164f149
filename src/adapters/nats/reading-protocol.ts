import type { MessagePort } from "node:worker_threads";
import type { ReadOptions } from "../../ports/source.ts";
import type { Failure } from "../../threads/failure.ts";
import type { NatsAccess } from "./connect.ts";
import type { JetStreamSourceOptions } from "./jetstream-source.ts";

/** What the reading thread is given at its start. */
export interface ReadingWork extends Omit<JetStreamSourceOptions, "connection" | "keep"> {
  readonly access: NatsAccess;
}

/** Asks the thread for one reading. It goes on until the port is closed. */
export interface ReadingRequest extends Omit<ReadOptions, "signal"> {
  readonly port: MessagePort;
}

/** What the thread says once: whether it could open the stream. */
export type ReadingWord = { readonly kind: "opened" } | { readonly kind: "failed"; readonly failure: Failure };
