// `npm run simulate -- --cases 200000 --seed 7`: the property tests of test/property with more cases, on two
// threads. Prints how often each feature occurred, and cases a second; exits 1 on a counterexample,
// with its seed and the shrunk case. Cases are split over the properties as `npm test` does.
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { Features } from "../test/property/features.ts";
import { CASES, holds, PROPERTIES } from "../test/property/properties.ts";

const CHUNK = 500;
const THREADS = 2;

if (isMainThread) await main();
else parentPort?.on("message", work);

async function main() {
  const { cases, seed } = readOptions();
  const chunks = chunksOf(cases, seed);
  const features = new Features();
  const failures = [];
  const startedMs = performance.now();
  const take = () => (failures.length === 0 ? chunks.shift() : undefined);
  await Promise.all(Array.from({ length: THREADS }, () => runWorker(take, features, failures)));
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(`${features.table()}\n\n`);
  process.stdout.write(`${features.cases} cases, seed ${seed}, ${Math.round(features.cases / seconds)} cases/s\n`);
  for (const failure of failures) process.stdout.write(`\n${failure}\n`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

function readOptions() {
  const { values } = parseArgs({ options: { cases: { type: "string" }, seed: { type: "string" } } });
  const cases = Number(values.cases ?? 5 * CASES);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (Number.isSafeInteger(cases) && 0 < cases && Number.isSafeInteger(seed)) return { cases, seed };
  process.stderr.write("usage: npm run simulate -- [--cases N] [--seed S], both whole numbers\n");
  process.exit(3);
}

/** Pieces of work, each with a seed of its own, in an order that mixes the properties. */
function chunksOf(cases, seed) {
  const chunks = PROPERTIES.flatMap((property, index) => {
    const share = Math.ceil((property.cases * cases) / CASES);
    return Array.from({ length: Math.ceil(share / CHUNK) }, (_, nth) => ({
      index,
      nth,
      seed: (seed * 1_000 + nth) % 2_000_000_000,
      cases: Math.min(CHUNK, share - nth * CHUNK),
    }));
  });
  return chunks.sort((a, b) => a.nth - b.nth);
}

/** Keeps one thread busy until nothing is left, or something failed. */
function runWorker(take, features, failures) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    const next = () => {
      const chunk = take();
      if (chunk === undefined) worker.terminate().then(resolve, reject);
      else worker.postMessage(chunk);
    };
    worker.on("error", reject);
    worker.on("message", ({ cases, counts, failure }) => {
      features.add(cases, counts);
      if (failure !== undefined) failures.push(failure);
      next();
    });
    next();
  });
}

async function work({ index, seed, cases }) {
  const features = new Features();
  let failure;
  try {
    await holds(PROPERTIES[index], cases, seed, features);
  } catch (error) {
    failure = error.message;
  }
  parentPort.postMessage({ cases: features.cases, counts: [...features.counts], failure });
}
