import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openFileSource } from "../../../src/adapters/file/file-source.ts";
import { SourceError } from "../../../src/ports/source.ts";

/** Reads bytes through the source, in chunks of `size`. */
async function entriesOf(bytes: Buffer | string, size: number, entryBytesMax?: number): Promise<[number, string][]> {
  const all = Buffer.from(bytes);
  const chunks: Buffer[] = [];
  for (let start = 0; start < all.length; start += size) chunks.push(all.subarray(start, start + size));
  const source = openFileSource({ path: "input", stream: Readable.from(chunks), entryBytesMax });
  const entries: [number, string][] = [];
  for await (const batch of source.batches({ signal: new AbortController().signal })) {
    for (const { position, text } of batch.entries) entries.push([position, text]);
  }
  return entries;
}

const PRETTY = '{\n  "kind": "List",\n  "text": "} \\" {"\n}';

const CASES: readonly { name: string; input: string; entries: readonly [number, string][] }[] = [
  {
    name: "lines, the last without its newline",
    input: '{"a":1}\n{"b":2}',
    entries: [
      [1, '{"a":1}'],
      [2, '{"b":2}'],
    ],
  },
  {
    name: "carriage returns and blank lines",
    input: '{"a":1}\r\n\r\n  \n{"b":2}\r\n',
    entries: [
      [1, '{"a":1}'],
      [4, '{"b":2}'],
    ],
  },
  { name: "a byte order mark", input: '\ufeff{"a":1}\n', entries: [[1, '{"a":1}']] },
  {
    name: "characters of several bytes",
    input: '{"a":"žluťoučký 🐎"}\n{"b":2}\n',
    entries: [
      [1, '{"a":"žluťoučký 🐎"}'],
      [2, '{"b":2}'],
    ],
  },
  { name: "a document over many lines", input: `${PRETTY}\n`, entries: [[1, PRETTY]] },
  {
    name: "documents one after the other",
    input: `${PRETTY}\n${PRETTY}\n`,
    entries: [
      [1, PRETTY],
      [5, PRETTY],
    ],
  },
  { name: "an array with an element a line", input: '[{"a":1},\n{"b":2}]\n', entries: [[1, '[{"a":1},\n{"b":2}]']] },
  { name: "an array that opens on a line of its own", input: '[\n{"a":1}\n]\n', entries: [[1, '[\n{"a":1}\n]']] },
  { name: "a whole array on one line", input: '[{"a":1},{"b":2}]\n', entries: [[1, '[{"a":1},{"b":2}]']] },
  {
    name: "a torn first line",
    input: '{"a": "to\n{"b":2}\n',
    entries: [
      [1, '{"a": "to'],
      [2, '{"b":2}'],
    ],
  },
  {
    name: "a line that is no JSON at all",
    input: 'hello\n{"b":2}\n',
    entries: [
      [1, "hello"],
      [2, '{"b":2}'],
    ],
  },
  { name: "a document that never closes", input: '{\n"a": [\n', entries: [[1, '{\n"a": [\n']] },
  {
    name: "two torn lines at the start",
    input: '{nope\n{"a":\n{"b":2}\n{"c":3}',
    entries: [
      [1, "{nope"],
      [2, '{"a":'],
      [3, '{"b":2}'],
      [4, '{"c":3}'],
    ],
  },
  {
    name: "a torn first line that goes on",
    input: '{"a":1,\n{"b":2}\n{"c":3}\n',
    entries: [
      [1, '{"a":1,'],
      [2, '{"b":2}'],
      [3, '{"c":3}'],
    ],
  },
  {
    name: "a document cut off in the middle",
    input: '{\n  "a": {\n    "b": {}\n',
    entries: [[1, '{\n  "a": {\n    "b": {}\n']],
  },
  {
    name: "a list cut off: its whole items, and what is torn",
    input: '{\n"kind": "List",\n"items": [\n { "a": [1] },\n {\n "b": "}"\n },\n { "c":\n',
    entries: [
      [4, '{ "a": [1] }'],
      [5, '{\n "b": "}"\n }'],
      [8, '{ "c":\n'],
    ],
  },
  {
    name: "an array cut off behind an item",
    input: '[\n  {\n  "a": []\n  },\n',
    entries: [
      [2, '{\n  "a": []\n  }'],
      [5, "…"],
    ],
  },
  { name: "nothing but blank lines", input: "\n \n\r\n", entries: [] },
  { name: "nothing", input: "", entries: [] },
];

test.for(CASES)("$name", async ({ input, entries }) => {
  // Whatever the chunks, the entries are the same: one byte at a time tears everything that can be.
  for (const size of [1, 7, 1 << 20]) expect(await entriesOf(input, size)).toEqual(entries);
  expect(await entriesOf(gzipSync(input), 7)).toEqual(entries);
});

test("a line over the limit is one wrong line, and reading goes on", async () => {
  const input = `{"a":1}\n{"long":"${"x".repeat(5_000)}"}\n{"b":2}\n`;
  for (const size of [64, 1_000]) {
    const entries = await entriesOf(input, size, 2_000);
    expect(entries.map(([position]) => position)).toEqual([1, 2, 3]);
    expect(() => JSON.parse(entries[1]?.[1] ?? "")).toThrow();
    expect(entries[2]).toEqual([3, '{"b":2}']);
  }
});

test("a document over the limit is a failure that says what to do", async () => {
  const input = `{\n${'"x": 1,\n'.repeat(500)}"y": 2}`;
  await expect(entriesOf(input, 64, 1_000)).rejects.toThrow(/input:1: the JSON document .* larger than .* jq -c/);
});

test.for([
  ["UTF-16", Buffer.from('\ufeff{"a":1}', "utf16le"), /^input is written in UTF-16; save it as UTF-8$/],
  ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), /^input is compressed; unpack it first: zstd -dc/],
  ["a torn gzip file", gzipSync("{}\n".repeat(99)).subarray(0, 20), /^input cannot be unpacked: /],
  [
    "YAML",
    "apiVersion: v1\nitems:\n- apiVersion: v1\n",
    /^input is YAML; ask for JSON: kubectl get events -A -o json$/,
  ],
  [
    "a table",
    "\nNAMESPACE   LAST SEEN   TYPE\nshop        1s          Warning\n",
    /^input is a table for people; ask for/,
  ],
  ["a description", "Name:             api\nNamespace:        shop\n", /^input is a table for people; ask for JSON/],
  [
    "a refusal",
    "Error from server (Forbidden): no\n",
    /had to say, and no events: Error from server \(Forbidden\): no$/,
  ],
] as [string, Buffer | string, RegExp][])("%s is refused with a remedy", async ([, bytes, message]) => {
  await expect(entriesOf(bytes, 100)).rejects.toThrow(SourceError);
  await expect(entriesOf(bytes, 100)).rejects.toThrow(message);
});

test("a file that is not there is a SourceError that no retry will mend", async () => {
  const source = openFileSource({ path: "no/such/file" });
  const reading = (async () => {
    for await (const _ of source.batches({ signal: new AbortController().signal })) expect.unreachable("a batch");
  })();
  await expect(reading).rejects.toThrow(SourceError);
  await expect(reading).rejects.toMatchObject({ retryable: false, message: expect.stringContaining("no such file") });
});
