import { runVerb } from "./verb.ts";

/** `tapio test` on a folder. */
const [folder = ""] = process.argv.slice(2);
const { out, ...took } = await runVerb("test", folder, "--format", "json");
const { passed } = JSON.parse(out) as { readonly passed: number };
process.stdout.write(`${JSON.stringify({ ...took, passed })}\n`);
