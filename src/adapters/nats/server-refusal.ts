import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";

const SUBJECTS_OVERLAP = 10065;
const STREAM_NAME_IN_USE = 10058;

/** Whether the server understood and said no, so that asking again will not help. */
export function isServerRefusal(cause: unknown): boolean {
  // The client does not export the class for a server without JetStream; its name is its contract.
  return cause instanceof JetStreamApiError || (cause instanceof Error && cause.name === "JetStreamNotEnabled");
}

/** Whether the named stream does not exist. */
export function isStreamMissing(cause: unknown): boolean {
  return cause instanceof JetStreamApiError && cause.code === JetStreamApiCodes.StreamNotFound;
}

/** Whether the consumer does not exist (any more). */
export function isConsumerMissing(cause: unknown): boolean {
  return cause instanceof JetStreamApiError && cause.code === JetStreamApiCodes.ConsumerNotFound;
}

/** Whether the subject had moved on from the sequence that the publisher expected. */
export function isWrongLastSequence(cause: unknown): boolean {
  if (!(cause instanceof JetStreamApiError)) return false;
  const { code } = cause;
  return (
    code === JetStreamApiCodes.StreamWrongLastSequence || code === JetStreamApiCodes.StreamWrongLastSequenceUnknown
  );
}

/** Whether a stream could not be made because another one is in its place. */
export function isTaken(cause: unknown): boolean {
  return cause instanceof JetStreamApiError && (cause.code === SUBJECTS_OVERLAP || cause.code === STREAM_NAME_IN_USE);
}
