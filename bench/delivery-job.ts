import { openPackSource } from "../src/adapters/file/pack-source.ts";
import { systemClock } from "../src/adapters/system.ts";
import { runDaemon } from "../src/cli/daemon.ts";
import { openLog } from "../src/cli/log.ts";
import { Output } from "../src/cli/output.ts";
import { choosePaint } from "../src/cli/paint.ts";
import { DaemonReadiness } from "../src/cli/readiness.ts";
import { resolveConfig } from "../src/service/config.ts";
import { RuleReloader } from "../src/service/reload.ts";
import { ServiceObserver } from "../src/service/service-state.ts";
import { StoryBoard } from "../src/web/story-board.ts";
import { stopwatch } from "./stopwatch.ts";

/**
 * Everything on: what `tapio run` puts together, from the stream to published stories with checkpoints, until
 * the given sequence has been read, every story confirmed and the last checkpoint written.
 */
const [url = "", stream = "", pack = "", window = "", last = ""] = process.argv.slice(2);
const flags = { "nats.url": url, "nats.stream": stream, correlationWindow: window };
const { settings } = resolveConfig({ flags, env: {} });
const { rules } = await openPackSource({ paths: [pack] }).load({});
const observer = new ServiceObserver({ clock: systemClock, version: "bench" });
const stop = new AbortController();
let openMax = 0;
const looking = setInterval(() => {
  openMax = Math.max(openMax, observer.state?.windows.traces ?? 0);
  if (Number(last) <= (observer.state?.log?.position ?? 0)) stop.abort();
}, 5);
const output = new Output(process.stderr, choosePaint({ choice: "never", env: {}, isTerminal: false }));
const watch = stopwatch();
const { books } = await runDaemon({
  settings: { ...settings, "nats.url": url, "nats.stream": stream },
  rules: new RuleReloader({ packs: openPackSource({ paths: [pack] }), rules, clock: systemClock }),
  sinks: [new StoryBoard()],
  observer,
  readiness: new DaemonReadiness(systemClock),
  log: openLog(output, systemClock, settings["log.level"]),
  signal: stop.signal,
});
const measured = watch();
clearInterval(looking);
const state = observer.state;
process.stdout.write(
  `${JSON.stringify({
    ...measured,
    events: books.events,
    published: state?.sinks.reduce((total, { delivered }) => total + delivered, 0),
    waiting: state?.sinks.reduce((total, { waiting }) => total + waiting, 0),
    checkpoint: state?.checkpoint?.position,
    stories: state?.counters.storiesTold,
    openMax,
  })}\n`,
);
