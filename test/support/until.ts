import { setTimeout as sleep } from "node:timers/promises";

const WAIT_MS_MAX = 20_000;
const LOOK_EVERY_MS = 50;

/** Looks again and again until something is there, for at most 20 s. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += LOOK_EVERY_MS) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`${what} did not come within ${WAIT_MS_MAX / 1_000} s`);
}
