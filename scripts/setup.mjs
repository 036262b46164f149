// Makes a fresh clone ready: dependencies, Node ≥ 22.18 among them, and with --nats a nats-server.
// Runs before every npm script, on Node 20 and without dependencies; says nothing if all is there,
// and whatever it says goes to stderr, so that a script's stdout is its own.
//   --nats            a nats-server too; without one, say so and go on (its tests are skipped)
//   --nats=required   a nats-server too; fail without one
//   --browser         a Chromium too, where root can install one; without one, say so and go on
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureChromium } from "./chromium.mjs";
import { ensureNatsServer, findNatsServer } from "./nats-server.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MODULES = join(ROOT, "node_modules");
const BIN = join(MODULES, ".bin");
const NODE_MIN = [22, 18];
const WAIT_FOR_OTHER_MS = 600_000;

try {
  if (!isReady()) withLock(prepare);
  if (process.argv.includes("--nats=required")) ensureNatsServer();
  if (process.argv.includes("--nats")) wishNatsServer();
  if (process.argv.includes("--browser")) wishChromium();
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exitCode = 1;
}

function isReady() {
  return isInstalled() && isRecentNode(join(BIN, "node"));
}

function prepare() {
  if (!isInstalled()) install();
  if (!isRecentNode(join(BIN, "node"))) installNode();
  if (!isRecentNode(join(BIN, "node"))) throw new Error(`no Node ≥ ${NODE_MIN.join(".")} in node_modules/.bin`);
}

/** Whether node_modules holds what package-lock.json asks for, judged by the record that npm keeps there. */
function isInstalled() {
  const record = join(MODULES, ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(wanted).every(([place, { version, integrity, optional }]) => {
    const there = present[place];
    if (place === "" || there === undefined) return place === "" || optional === true;
    return there.version === version && there.integrity === integrity;
  });
}

function install() {
  process.stderr.write("setup: installing dependencies (npm ci)\n");
  const { command, first } = npm();
  const args = [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error", "--include=dev", "--include=optional"];
  const { status, error } = spawnSync(command, args, { cwd: ROOT, env: outerEnvironment(), stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`npm ci failed (${error?.message ?? `exit code ${status}`})`);
}

/** What the package `node` does when installed, done by hand where npm is told to run no install scripts. */
function installNode() {
  const home = join(MODULES, "node");
  const { status } = spawnSync("node", ["installArchSpecificPackage"], {
    cwd: home,
    env: outerEnvironment(),
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error(`the package "node" could not fetch its program (exit code ${status})`);
  const link = join(BIN, "node");
  if (existsSync(link)) return;
  mkdirSync(BIN, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(join("..", "node", "bin", "node"), link);
}

function isRecentNode(file) {
  const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8", timeout: 10_000 });
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(stdout ?? "") ?? [];
  if (major === undefined) return false;
  return Number(major) > NODE_MIN[0] || (Number(major) === NODE_MIN[0] && Number(minor) >= NODE_MIN[1]);
}

/** The npm that runs this script, if one does; it is not run by the Node in node_modules, which it replaces. */
function npm() {
  const running = process.env.npm_execpath ?? "";
  return /^npm-cli\.c?js$/.test(basename(running))
    ? { command: "node", first: [running] }
    : { command: "npm", first: [] };
}

/** The environment without this checkout's own node_modules/.bin on PATH, and without the outer npm's switches. */
function outerEnvironment() {
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => resolve(folder) !== BIN);
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(config_(local_prefix|ignore_scripts|silent|loglevel)|command|lifecycle|package)/i.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

/** Two npm scripts started at once must not install at once. */
function withLock(work) {
  const lock = join(ROOT, ".cache", "setup.lock");
  const until = Date.now() + WAIT_FOR_OTHER_MS;
  while (!takeLock(lock)) {
    if (Date.now() > until) throw new Error(`another setup holds ${lock} for too long`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    if (!isReady()) work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Takes the lock by moving a folder onto it; a lock whose owner has gone is removed. */
function takeLock(lock) {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const mine = mkdtempSync(`${lock}-`);
  writeFileSync(join(mine, "pid"), String(process.pid));
  try {
    renameSync(mine, lock);
    return true;
  } catch {
    rmSync(mine, { recursive: true, force: true });
    if (!isAlive(lock)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function isAlive(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, "pid"), "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Goes on without a server, but not with a TAPIO_NATS_SERVER that names none. */
function wishNatsServer() {
  if (findNatsServer() !== undefined) return;
  try {
    ensureNatsServer();
  } catch (error) {
    process.stderr.write(
      `setup: ${error.message}\nsetup: tests with a real server are skipped: no nats-server (set TAPIO_NATS_SERVER)\n`,
    );
  }
}

/** Goes on without a browser: the page's tests are skipped then, and say so. */
function wishChromium() {
  try {
    ensureChromium();
  } catch (error) {
    process.stderr.write(`setup: ${error.message}\nsetup: tests in a browser are skipped (set TAPIO_CHROMIUM)\n`);
  }
}
