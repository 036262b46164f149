// `npm run chaos`: kills the engine again and again under load, and says what came of it.
//   --kills N (500)  --events N (100000)  --server-kills N (10)  --pauses N (10)  --seed N
//   --design NAME    a naive design, which must fail: careless, forgetful, receipt
import { parseArgs } from "node:util";
import { runChaos } from "../test/chaos/chaos.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    events: { type: "string", default: "100000" },
    "server-kills": { type: "string", default: "10" },
    pauses: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    design: { type: "string", default: "" },
  },
});
const result = await runChaos({
  seed: Number(values.seed),
  events: Number(values.events),
  kills: Number(values.kills),
  serverKills: Number(values["server-kills"]),
  pauses: Number(values.pauses),
  design: values.design,
  log: (line) => process.stderr.write(`\r${line}   `),
});
const { missing, wrong, invented, doubled, stories, revisions, kills, serverKills } = result;
process.stdout.write(
  `\n${kills} kills, ${serverKills} server kills, ${stories} stories in ${revisions} revisions\n` +
    `missing ${missing}, wrong ${wrong}, invented ${invented}, doubled ${doubled}\n`,
);
const failed = 0 < missing + wrong + invented + doubled;
process.exitCode = failed === (values.design === "") ? 1 : 0;
