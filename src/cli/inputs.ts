import { CommandError } from "./failure.ts";
import type { Shell } from "./shell.ts";

/** `--rules PATH… FILE`: what is named like a file of events after the rules is one. */
export function apart(files: readonly string[], rules: readonly string[] | undefined) {
  const isEvents = (path: string): boolean => path === "-" || /\.(json|ndjson|jsonl|log|txt|gz)$/i.test(path);
  return { paths: [...files, ...(rules?.filter(isEvents) ?? [])], rules: rules?.filter((path) => !isEvents(path)) };
}

/** The files to read; standard input where none is named and something is piped in. */
export function inputsOf(paths: readonly string[], verb: string, { stdin }: Shell): readonly string[] {
  if (1 < paths.filter((path) => path === "-").length)
    throw new CommandError("- (standard input) can be read only once");
  if (0 < paths.length) return paths;
  if (stdin.isTTY === true) {
    const example = `tapio ${verb} events.json, or: kubectl get events -A -o json | tapio ${verb}`;
    throw new CommandError(`${verb}: there is nothing to read; name a file or pipe events in: ${example}`);
  }
  return ["-"];
}
