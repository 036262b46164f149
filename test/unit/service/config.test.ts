import { expect, test } from "vitest";
import { ConfigError, type ConfigSources, resolveConfig } from "../../../src/service/config.ts";

const resolve = (sources: Partial<ConfigSources>) => resolveConfig({ flags: {}, env: {}, ...sources });

function problemsOf(sources: Partial<ConfigSources>): readonly string[] {
  try {
    resolve(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test("the defaults of the contract", () => {
  expect(resolve({}).settings).toMatchObject({
    correlationWindow: 300_000,
    maxWindow: 1_800_000,
    minEvents: 1,
    "http.listen": { host: "127.0.0.1", port: 8787 },
  });
});

test.for([
  ["all", true],
  ["new", true],
  ["2026-03-01T10:00:00Z", true],
  ["2026-03-01T10:00:00+01:00", true],
  ["2026", false],
  ["1", false],
  ["yesterday", false],
] as const)("nats.start: %s is a place to begin: %s", ([start, isOne]) => {
  const problem = "flag --start: nats.start must be all, new, or a time such as 2026-03-01T10:00:00Z; it says";
  expect(problemsOf({ flags: { "nats.start": start } })).toEqual(isOne ? [] : [`${problem} "${start}"`]);
});

test("a flag beats the environment beats the file beats the default, and each says so", () => {
  const file = { path: "tapio.yaml", text: "nats:\n  url: nats://file\n  stream: FILE\nminEvents: 3\nrules: [a, b]\n" };
  const { settings, shown } = resolve({
    flags: { "nats.url": "nats://flag" },
    env: { TAPIO_NATS_URL: "nats://env", TAPIO_NATS_STREAM: "ENV" },
    file,
  });
  expect(settings).toMatchObject({ "nats.url": "nats://flag", "nats.stream": "ENV", minEvents: 3, rules: ["a", "b"] });
  const origins = Object.fromEntries(shown.map(({ key, origin }) => [key, origin]));
  expect(origins).toMatchObject({
    "nats.url": "flag --nats",
    "nats.stream": "env TAPIO_NATS_STREAM",
    minEvents: "tapio.yaml:4",
    maxWindow: "default",
  });
});

test("secrets are never shown, in values or in messages", () => {
  const secret = "s3cr3t";
  const env = {
    TAPIO_NATS_PASSWORD: secret,
    TAPIO_NATS_TOKEN: secret,
    TAPIO_NATS_URL: `nats://me:${secret}@host:4222`,
  };
  const { settings, shown } = resolve({ env });
  expect(settings["nats.password"]).toBe(secret);
  expect(JSON.stringify(shown)).not.toContain(secret);
});

test.for([
  [
    { flags: { correlationWindow: "5 minutes" } },
    /flag --correlation-window: correlationWindow must be a duration such as 90s/,
  ],
  [{ env: { TAPIO_MIN_EVENTS: "0" } }, /env TAPIO_MIN_EVENTS: minEvents must be a whole number from 1; it says "0"/],
  [{ flags: { "http.listen": "here:99999" } }, /--listen/],
  [{ flags: { maxWindow: "1m" } }, /maxWindow must not be shorter/],
  [
    { file: { path: "t.yaml", text: "nats:\n  ulr: x\n" } },
    /t\.yaml:2: there is no setting nats\.ulr; there are nats\.url/,
  ],
  [{ file: { path: "t.yaml", text: "rules: [a\n" } }, /t\.yaml:\d+: /],
  [{ file: { path: "t.yaml", text: "minEvents: { a: 1 }\n" } }, /t\.yaml:1: minEvents must be a text/],
  [{ file: { path: "t.yaml", text: "just text\n" } }, /t\.yaml:1: there is no setting here/],
] as [Partial<ConfigSources>, RegExp][])("%j is refused with its place", ([sources, expected]) => {
  expect(problemsOf(sources).join("\n")).toMatch(expected);
});

test("all mistakes come at once", () => {
  expect(problemsOf({ flags: { minEvents: "x", maxWindow: "y", "log.level": "z" } })).toHaveLength(3);
});

test.for([
  ["9000", { host: "127.0.0.1", port: 9000 }],
  [":0", { host: "127.0.0.1", port: 0 }],
  ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
  ["[::1]:8787", { host: "::1", port: 8787 }],
] as [string, object][])("listen %s", ([written, expected]) => {
  expect(resolve({ flags: { "http.listen": written } }).settings["http.listen"]).toEqual(expected);
});
