import { stat } from "node:fs/promises";
import { filesOfFolder } from "./compose.ts";
import { CommandError } from "./failure.ts";
import { shippedRules } from "./shipped.ts";

/** Rule packs and rule tests, in a fixed order. */
export interface RuleFiles {
  readonly packs: readonly string[];
  readonly tests: readonly string[];
}

const FILES_MAX = 10_000;

/**
 * Finds packs (`*.yaml`) and tests (`*.test.yaml`) in files and folders; without a path in `rules`
 * here, or else in what ships. Throws a {@link CommandError} where a path does not exist.
 */
export async function findRuleFiles(paths: readonly string[]): Promise<RuleFiles> {
  const found = new Set<string>();
  for (const path of await rulePaths(paths)) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) throw new CommandError(`there is no file or folder ${path}`);
    if (!info.isDirectory()) found.add(path);
    else for (const file of await filesOfFolder(path)) if (isRuleFile(file)) found.add(file);
    if (FILES_MAX < found.size)
      throw new CommandError(`${path} holds more than ${FILES_MAX} rule files; name a smaller folder`);
  }
  const files = [...found];
  return { packs: files.filter((file) => !isTest(file)), tests: files.filter(isTest) };
}

/** These paths; without one `rules` here, or else what ships. */
export async function rulePaths(paths: readonly string[]): Promise<readonly string[]> {
  return 0 < paths.length ? paths : [await defaultFolder()];
}

/** Packs and tests, and not what is frozen of the probes of those. */
function isRuleFile(file: string): boolean {
  return /\.ya?ml$/.test(file) && !/\.probes\.ya?ml$/.test(file);
}

function isTest(file: string): boolean {
  return /\.test\.ya?ml$/.test(file);
}

async function defaultFolder(): Promise<string> {
  const here = await stat("rules").catch(() => undefined);
  return here?.isDirectory() === true ? "rules" : shippedRules();
}
