import { describe, expect, test } from "vitest";
import { Decoder } from "../../../../src/core/intake/decoder.ts";
import { maskText } from "../../../../src/core/intake/secrets/mask.ts";
import { isSecretName } from "../../../../src/core/intake/secrets/secret-names.ts";
import { coreEvent, NATIVE } from "../payloads.ts";
import { HARMLESS, LEAKS } from "./corpus.ts";

test("the corpus is as large as was asked for", () => {
  expect(new Set(LEAKS.map(({ text }) => text)).size).toBeGreaterThanOrEqual(100);
  expect(new Set(HARMLESS).size).toBeGreaterThanOrEqual(40);
});

describe("masked", () => {
  test.for(LEAKS)("$name", ({ text, secret }) => {
    const masked = maskText(text);
    for (const line of secret.split("\n")) expect(masked).not.toContain(line);
    expect(maskText(masked)).toBe(masked);
  });
});

describe("left as it is", () => {
  test.for(HARMLESS)("%s", (text) => {
    expect(maskText(text)).toBe(text);
  });
});

test.for([
  { name: "a native event's message", value: (text: string) => ({ ...NATIVE, message: text }) },
  { name: "a native event's attributes", value: (text: string) => ({ ...NATIVE, attributes: { a: { b: [text] } } }) },
  { name: "a Kubernetes Event", value: (text: string) => coreEvent({ message: text }) },
  { name: "what is rejected", value: (text: string) => ({ ...NATIVE, time: text }) },
])("$name leaks none of them", ({ value }) => {
  for (const { text, secret } of LEAKS) {
    const decoded = JSON.stringify(new Decoder().decodeValue(value(text)));
    for (const line of secret.split("\n")) expect(decoded).not.toContain(JSON.stringify(line).slice(1, -1));
  }
});

test("a text that is no JSON does not leak into its rejection", () => {
  const decoded = new Decoder().decodeText("password=Tr0ub4dor-9fK2q");
  expect(JSON.stringify(decoded)).not.toContain("Tr0ub4dor");
});

test("a value under the name of a credential is hidden whole", () => {
  const value = {
    ...NATIVE,
    attributes: { dbPassword: "simple", secretName: "db", nested: { api_key: "plain" }, pid: 7 },
  };
  expect(new Decoder().decodeValue(value)).toMatchObject({
    events: [{ attributes: { dbPassword: "***", secretName: "db", nested: { api_key: "***" }, pid: 7 } }],
  });
});

test("an event without a secret is not copied", () => {
  const attributes = { container: "app" };
  const decoded = new Decoder().decodeValue({ ...NATIVE, message: "all is well", attributes });
  expect(decoded.outcome === "events" && decoded.events[0]?.attributes).toBe(attributes);
});

test.for([
  ["password", true],
  ["DB_PASSWORD", true],
  ["aws_secret_access_key", true],
  ["tls.key", true],
  ["secretName", false],
  ["tokenPath", false],
  ["app.conf", false],
  ["MODE", false],
  ["keys", false],
] as const)("the name %s is a credential's: %s", ([name, secret]) => {
  expect(isSecretName(name)).toBe(secret);
});

test.for([
  "a",
  "eyJ",
  "=",
  "password=",
  "-----BEGIN PRIVATE KEY-----",
  "://:",
  '\\"',
  "token: ",
  "a:",
  "Bearer ",
  "-u ",
])("a long text of %j ends, since the cost grows with the length and not with its square", (part) => {
  expect(maskText(`password ${part.repeat(100_000)}`)).not.toBe("");
});
