import { parentPort } from "node:worker_threads";
import { renderDiagnostic } from "../../core/language/diagnostic.ts";
import { readPacks } from "../../core/language/read-packs.ts";
import { SourceText } from "../../core/language/source-text.ts";
import type { PackFinding } from "../../ports/pack-source.ts";
import type { PackTask } from "./pack-thread.ts";

// Runs in a thread of its own, so that a pack that takes for ever to parse can be given up.
parentPort?.on("message", ({ files, today }: PackTask) => {
  const sources = files.map((file) => new SourceText(file.path, file.text));
  const { rules, diagnostics } = readPacks(sources, { today });
  const findings: PackFinding[] = diagnostics.map((diagnostic) => {
    const { code, severity, message, source, span } = diagnostic;
    const { line, column } = source.positionAt(span.start);
    return { code, severity, message, file: source.file, line, column, rendered: renderDiagnostic(diagnostic) };
  });
  parentPort?.postMessage({ rules, findings });
});
