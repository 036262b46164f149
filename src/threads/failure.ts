import { SourceError } from "../ports/source.ts";

/** An error on its way between threads. */
export interface Failure {
  readonly message: string;
  readonly retryable: boolean;
}

/** An error as it goes to the other thread. */
export function failureOf(cause: unknown): Failure {
  const message = cause instanceof Error ? cause.message : String(cause);
  return { message, retryable: !(cause instanceof SourceError) || cause.retryable };
}

/** The error again. */
export function errorOf({ message, retryable }: Failure): SourceError {
  return new SourceError(message, { retryable });
}
