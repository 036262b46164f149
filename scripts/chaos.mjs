// `npm run chaos`: kills the engine again and again under load, and says what came of it.
//   --kills N (500)  --events N (100000)  --server-kills N (10)  --server-pauses N (3)  --pauses N (10)  --seed N
//   --lost-answers N (12)  the server stores what the engine sends, its answer is lost, and the connection is cut
//   --purges N (10)        everything before what an engine would read again is purged from the stream
//   --recreations N (2)    the stream is deleted and made anew, while nothing of it is needed
//   --nodes N        servers (1); several form a cluster, and the one that leads the stream is killed
//   --design NAME    a naive design, which must fail: careless, forgetful, receipt, dedupe
import { parseArgs } from "node:util";
import { runChaos } from "../test/chaos/chaos.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    events: { type: "string", default: "100000" },
    "server-kills": { type: "string", default: "10" },
    "server-pauses": { type: "string", default: "3" },
    pauses: { type: "string", default: "10" },
    "lost-answers": { type: "string", default: "12" },
    purges: { type: "string", default: "10" },
    recreations: { type: "string", default: "2" },
    nodes: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    design: { type: "string", default: "" },
  },
});
const startedMs = Date.now();
const result = await runChaos({
  seed: Number(values.seed),
  events: Number(values.events),
  kills: Number(values.kills),
  serverKills: Number(values["server-kills"]),
  serverPauses: Number(values["server-pauses"]),
  pauses: Number(values.pauses),
  lostAnswers: Number(values["lost-answers"]),
  purges: Number(values.purges),
  recreations: Number(values.recreations),
  nodes: Number(values.nodes),
  design: values.design,
  log: (line) => process.stderr.write(`\r${line}   `),
});
const { missing, wrong, invented, doubled, buried, differing, stories, revisions, gaveUp, done } = result;
const counts = Object.entries(done).map(([what, count]) => `${what} ${count}`);
process.stdout.write(
  `\n${counts.join(", ")}\n${stories} stories in ${revisions} revisions, ${Math.round((Date.now() - startedMs) / 1000)} s\n` +
    `missing ${missing}, wrong ${wrong}, invented ${invented}, doubled ${doubled}, dead-lettered ${buried.length}; ${gaveUp.length} engines gave up\n`,
);
for (const { wanted, published } of values.design === "" ? differing : []) {
  process.stdout.write(`\nwanted    ${wanted ?? "nothing"}\npublished ${published ?? "nothing"}\n`);
}
for (const words of new Set(gaveUp)) process.stdout.write(`\ngave up: ${words}\n`);
for (const letter of buried) process.stdout.write(`\ndead letter ${JSON.stringify(letter)}\n`);
const failed = 0 < missing + wrong + invented + doubled + buried.length;
process.exitCode = failed === (values.design === "") ? 1 : 0;
