import { setTimeout as sleep } from "node:timers/promises";

/** A server that was killed, or a cluster that has no leader, gets so long to answer. */
const MS_MAX = 30_000;

/** Does something that may be done twice, until it succeeds; throws what it failed at last. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  const lateMs = Date.now() + MS_MAX;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      if (lateMs < Date.now()) throw cause;
      await sleep(100);
    }
  }
}
