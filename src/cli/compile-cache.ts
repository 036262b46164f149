import { enableCompileCache } from "node:module";
import { join } from "node:path";

/**
 * Keeps what Node compiles of the sources in the user's cache folder, for the next start: most of a short
 * command's time goes into that. Threads find it by the variable. Without a home, or where the folder
 * can't be written to, everything is compiled anew.
 */
export function keepCompiled(env: NodeJS.ProcessEnv): void {
  const { XDG_CACHE_HOME: caches, HOME: home } = env;
  if (caches === undefined && home === undefined) return;
  env["NODE_COMPILE_CACHE"] ??= join(caches ?? join(home ?? "", ".cache"), "tapio");
  enableCompileCache(env["NODE_COMPILE_CACHE"]);
}
