import { createReadStream } from "node:fs";

/** The yardstick: splits lines and parses each as JSON, and does nothing else. */
let lines = 0;
let rest = "";
for await (const chunk of createReadStream(process.argv[2] ?? "", { encoding: "utf8", highWaterMark: 256 * 1024 })) {
  const text = rest + String(chunk);
  let from = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
    if (JSON.parse(text.slice(from, end)) !== null) lines++;
    from = end + 1;
  }
  rest = text.slice(from);
}
process.stdout.write(`${JSON.stringify({ lines, maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024) })}\n`);
