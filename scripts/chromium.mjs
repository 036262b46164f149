// Finds a Chromium for the tests of the page, or has the system's packages bring one.
// Runs on Node 20 and without dependencies.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** Both calls of the package manager; a mirror that stalls must not hold up everything else. */
const INSTALL_MS_MAX = 240_000;

/** The program, or `undefined`; throws if TAPIO_CHROMIUM names none. */
export function findChromium() {
  const named = process.env.TAPIO_CHROMIUM;
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`TAPIO_CHROMIUM is ${named}, which is not there`);
  }
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((file) => existsSync(file));
}

/** The same, installed before where this may be done: by root, where there is apt. */
export function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0) throw new Error("no Chromium, and only root can install Debian's");
  process.stderr.write("setup: installing Debian's package chromium, once\n");
  const until = Date.now() + INSTALL_MS_MAX;
  // Of an update that fails in part, enough may have come; the installation tells.
  aptGet(["update"], until);
  const failure = aptGet(["install", "--yes", "--no-install-recommends", "chromium"], until);
  if (failure !== undefined) throw new Error(`no Chromium, and ${failure}`);
  const installed = findChromium();
  if (installed === undefined) throw new Error("Debian's package chromium brought no program");
  return installed;
}

/** What went wrong, if something did. */
function aptGet(args, until) {
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: Math.max(1, until - Date.now()),
  };
  const { status, stderr, error } = spawnSync("apt-get", args, options);
  if (error !== undefined) return `apt-get ${args[0]} failed: ${error.message}`;
  return status === 0 ? undefined : `apt-get ${args[0]} ended with ${status}: ${stderr.trim().split("\n").at(-1)}`;
}
