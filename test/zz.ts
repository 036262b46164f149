import { readFileSync } from "node:fs";
import { readPacks } from "../src/core/language/read-packs.ts";
import { renderDiagnostic } from "../src/core/language/diagnostic.ts";
import { SourceText } from "../src/core/language/source-text.ts";
const r = readPacks(process.argv.slice(2).map(f=>new SourceText(f, readFileSync(f,"utf8"))));
for (const d of r.diagnostics) console.log(renderDiagnostic(d)+"\n");
console.log(r.packs.length, r.rules.rules.length, r.rules.digest);
if (process.env.V) console.log(JSON.stringify(r.rules.rules,null,1));
