import type { Attempts } from "../ports/attempt-log.ts";

const FORMAT = 1;

/** Attempts as they are kept. */
export function sealAttempts(attempts: Attempts): string {
  return JSON.stringify({ format: FORMAT, ...attempts });
}

/** Reads them back; `undefined` where they are not whole, or not of this version. */
export function openAttempts(text: string): Attempts | undefined {
  try {
    // Who writes it is who reads it: its format says that the rest is there.
    const { format, ...attempts } = JSON.parse(text) as Attempts & { readonly format?: number };
    return format === FORMAT ? attempts : undefined;
  } catch {
    return undefined;
  }
}
