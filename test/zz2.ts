import { writeFileSync } from "node:fs";
import { answerTo, corpusFiles } from "./unit/language/corpus.ts";
for (const f of corpusFiles) { const a = answerTo(f); writeFileSync(`test/corpus/diagnostics/${f.replace(".yaml",".txt")}`, a); if (!a.includes(`[${f.slice(0,6)}]`)) console.log("NO CODE", f); console.log(a); }
