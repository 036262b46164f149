import { runVerb } from "./verb.ts";

/** `tapio backtest` with these arguments. */
const { out, ...took } = await runVerb("backtest", ...process.argv.slice(2), "--output", "json");
const { events, stories, against } = JSON.parse(out) as {
  readonly events: number;
  readonly stories: number;
  readonly against?: {
    readonly added: readonly unknown[];
    readonly removed: readonly unknown[];
    readonly same: number;
  };
};
const differs = (against?.added.length ?? 0) + (against?.removed.length ?? 0);
const maxRssMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ ...took, events, stories, same: against?.same, differs, maxRssMiB })}\n`);
