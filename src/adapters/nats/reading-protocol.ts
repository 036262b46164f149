import type { MessagePort } from "node:worker_threads";
import { type ReadOptions, SourceError } from "../../ports/source.ts";
import type { NatsAccess } from "./connect.ts";
import type { JetStreamSourceOptions } from "./jetstream-source.ts";
import type { PackedBatch } from "./packed-batch.ts";

/** What the reading thread is given at its start. */
export interface ReadingWork extends Omit<JetStreamSourceOptions, "connection" | "keep"> {
  readonly access: NatsAccess;
}

/** Asks the thread for one reading. It goes on until the port is closed; a message says that a batch was taken. */
export interface ReadingRequest extends Omit<ReadOptions, "signal"> {
  readonly port: MessagePort;
}

/** What the thread says: once whether it could open the stream, then batches by the port of each reading. */
export type ReadingWord =
  | { readonly kind: "opened" }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "batch"; readonly pack: PackedBatch }
  | { readonly kind: "ended"; readonly failure?: Failure };

/** An error on its way between threads. */
export interface Failure {
  readonly message: string;
  readonly retryable: boolean;
}

/** Batches that a reading may be ahead of whoever takes them. */
export const READ_AHEAD = 3;

/** An error as it goes to the other thread. */
export function failureOf(cause: unknown): Failure {
  const message = cause instanceof Error ? cause.message : String(cause);
  return { message, retryable: !(cause instanceof SourceError) || cause.retryable };
}

/** The error again. */
export function errorOf({ message, retryable }: Failure): SourceError {
  return new SourceError(message, { retryable });
}
