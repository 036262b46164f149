import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { SEED_PACK } from "../support/seed-pack.ts";
import { tapio } from "./in-process.ts";
import { SEED_LINES } from "./seed-lines.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test.for([
  [["evl"], 3, /unknown command 'evl'; did you mean eval\?/],
  [["eval", "--ruls", "x"], 3, /unknown option '--ruls'; did you mean --rules\?/],
  [["pack", "lst"], 3, /unknown command 'lst'; did you mean list\?/],
  [["eval", "-o", "xml"], 3, /'xml' is invalid\. Allowed choices are text, json, ndjson, yaml/],
  [["eval", "nowhere.json"], 3, /nowhere\.json cannot be read: there is no such file/],
  [["eval", "-", "-"], 3, /standard input\) can be read only once/],
  [["eval", "--rules", "nowhere"], 2, /there is no file or folder nowhere/],
  [["eval", "--min-events", "0"], 3, /flag --min-events: minEvents must be a whole number from 1; it says "0"/],
  [["eval", "--config", "nowhere.yaml"], 3, /the configuration file nowhere\.yaml cannot be read/],
  [["lint", "nowhere"], 3, /there is no file or folder nowhere/],
  [["lint", "docs"], 3, /no \*\.yaml in docs/],
  [["test", "docs"], 3, /no \*\.test\.yaml in docs/],
  [["test", "--run", "("], 3, /--run is not a regular expression/],
  [["test", "--run", "no case has this name"], 3, /no case's name matches/],
  [["schema", "evnt"], 3, /there is no schema evnt; did you mean `event`\?/],
  [["completion", "tcsh"], 3, /Allowed choices are bash, zsh, fish/],
  [["run"], 3, /run: missing --nats .*TAPIO_NATS_URL.* and --stream/],
  [
    ["run", "--nats", "nats://127.0.0.1:1", "--stream", "S", "--listen", ":0"],
    3,
    /cannot connect to nats:\/\/127\.0\.0\.1:1/,
  ],
  [[], 3, /Usage: tapio/],
] as [string[], number, RegExp][])("%j exits with %d and says what to do", async ([argv, code, message]) => {
  const ran = await tapio(argv);
  expect(ran).toMatchObject({ code, out: "" });
  expect(ran.err).toMatch(message);
  expect(ran.err).not.toMatch(/\n\s+at |bug/);
});

test("eval without a file on a terminal does not wait in silence", async () => {
  const { code, err } = await tapio(["eval"], { stdin: "terminal", terminal: true });
  expect(code).toBe(3);
  expect(err).toContain("name a file or pipe events in: tapio eval events.json");
});

test("rules with errors stop eval with 2, their place and a caret", async () => {
  await using folder = await temporaryFolder({ "a.yaml": SEED_PACK.replace("after: oom,", "after: ooom,") });
  const { code, err } = await tapio(["eval", "--rules", folder.path("a.yaml")], { stdin: SEED_LINES });
  expect(code).toBe(2);
  expect(err).toMatch(/a\.yaml:14:\d+: error\[TAP212\]/);
  expect(err).toMatch(/\^\^\^\^/);
  expect(err).toContain("the rules can't be loaded");
});

test("an address that is taken is said so", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const { code, err } = await tapio(["demo", "--serve", "--listen", `127.0.0.1:${port}`]);
  taken.close();
  expect(code).toBe(3);
  expect(err).toContain("choose another port");
});

test("help is data: on stdout, with 0", async () => {
  for (const argv of [["--help"], ["help"], ["eval", "--help"]]) {
    const { code, out, err } = await tapio(argv);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("Usage: tapio");
  }
});

class Broken extends Writable {
  readonly #error: Error;

  constructor(error: Error) {
    super();
    this.#error = error;
  }

  override _write(_chunk: Buffer, _encoding: string, done: (error: Error) => void): void {
    done(this.#error);
  }
}

async function withBrokenOutput(error: Error, argv = ["schema", "event"]): Promise<{ code: number; err: string }> {
  let err = "";
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      err += chunk.toString("utf8");
      done();
    },
  });
  const { stdin } = process;
  const signal = new AbortController().signal;
  const code = await runCli(argv, { stdin, stdout: new Broken(error), stderr, env: {}, signal });
  return { code, err };
}

test("a reader that has gone is no error", async () => {
  const error = Object.assign(new Error("write EPIPE"), { code: "EPIPE", syscall: "write" });
  expect(await withBrokenOutput(error)).toEqual({ code: 0, err: "" });
});

test("help that cannot be written is an error of the system's", async () => {
  const error = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
  const told = await withBrokenOutput(error, ["--help"]);
  expect(told).toEqual({ code: 3, err: "tapio: ENOSPC: no space left on device, write\n" });
});

test("a bug calls itself one", async () => {
  const { code, err } = await withBrokenOutput(new TypeError("x is not a function"));
  expect(code).toBe(70);
  expect(err).toMatch(/^tapio: this is a bug in tapio; please report it.*\nTypeError: x is not a function\n\s+at /);
});
