import { seeded } from "../../bench/random.ts";

const TYPES = ["x.a", "x.b", "x.b", "x.c", "x.d", "x.e"];
/** Events whose traces are open at once. */
const OPEN_AT_ONCE = 40;

/** A seeded endless log of native events; event time is given by the caller, as it publishes. */
export function* workload(seed: number): Generator<(timeMs: number) => string, never> {
  const random = seeded(seed);
  for (let n = 0; ; n++) {
    const trace = Math.floor(n / OPEN_AT_ONCE) * 4 + Math.floor(random() * OPEN_AT_ONCE);
    const type = TYPES[Math.floor(random() * TYPES.length)] ?? "x.e";
    // One of a hundred comes a second time: a collector that tries again.
    const id = random() < 0.01 && 0 < n ? n - 1 : n;
    const late = random() < 0.05 ? Math.floor(random() * 300) : 0;
    yield (timeMs) =>
      JSON.stringify({
        id: `e${id}`,
        traceId: `t${trace}`,
        time: new Date(timeMs - late).toISOString(),
        source: "k8s",
        type,
        entity: { kind: "Pod", namespace: "shop", name: `pod-${trace}`, node: `node-${trace % 7}` },
      });
  }
}
