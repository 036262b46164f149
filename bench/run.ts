import { benchBacktest } from "./parts/backtest.ts";
import { benchCheckpoint } from "./parts/checkpoint.ts";
import { benchDelivery } from "./parts/delivery.ts";
import { benchLint } from "./parts/lint.ts";
import { benchMainJob } from "./parts/main-job.ts";
import { benchRuleTests } from "./parts/rule-tests.ts";

/**
 * `npm run bench`: every part, or those that are named. Where there is a yardstick a part compares with it,
 * turn by turn in one run, each side in a process of its own, and prints ratios: they hold on any machine;
 * seconds don't. What a checkpoint may take of the loop, and rule tests, backtests and lint of a person's
 * time, is owed in seconds, and measured in them.
 */
const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  "main-job": benchMainJob,
  delivery: benchDelivery,
  checkpoint: benchCheckpoint,
  "rule-tests": benchRuleTests,
  backtest: benchBacktest,
  lint: benchLint,
};

const named = process.argv.slice(2);
const unknown = named.find((name) => !Object.hasOwn(PARTS, name));
if (unknown === undefined) {
  for (const [name, part] of Object.entries(PARTS)) {
    if (named.length === 0 || named.includes(name)) await part();
  }
} else {
  process.stderr.write(`bench: there is no part "${unknown}"; there are ${Object.keys(PARTS).join(", ")}\n`);
  process.exitCode = 3;
}
