import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { SourceError } from "../../ports/source.ts";

const AS_JSON = "kubectl get events -A -o json";

/** What the first bytes of a file that is not text say about it, and what to do. */
const BY_BYTES: readonly { readonly bytes: readonly number[]; readonly says: string }[] = [
  { bytes: [0xff, 0xfe], says: "is written in UTF-16; save it as UTF-8" },
  { bytes: [0xfe, 0xff], says: "is written in UTF-16; save it as UTF-8" },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], says: "is compressed; unpack it first: zstd -dc FILE | tapio eval" },
  { bytes: [0x42, 0x5a, 0x68], says: "is compressed; unpack it first: bzip2 -dc FILE | tapio eval" },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], says: "is compressed; unpack it first: xz -dc FILE | tapio eval" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], says: "is a zip archive; unpack it first" },
];

/** What the first line of a text that is no JSON says about it, and what to do. */
const BY_LINE: readonly { readonly line: RegExp; readonly says: string }[] = [
  { line: /^(---|(apiVersion|kind|items|metadata):.*|- apiVersion:.*)$/, says: `is YAML; ask for JSON: ${AS_JSON}` },
  { line: /^(NAMESPACE|NAME|LAST SEEN) {2,}|^Name: {2,}/, says: `is a table for people; ask for JSON: ${AS_JSON}` },
  {
    line: /^(Error from server|error: |Unable to connect to the server|The connection to the server|No resources found)/,
    says: "holds what kubectl had to say, and no events",
  },
];

/** Why a file that begins with these bytes can't be read; `undefined` where it may be a text. */
export function refusedBytes(beginning: Buffer): string | undefined {
  return BY_BYTES.find(({ bytes }) => bytes.every((byte, at) => beginning[at] === byte))?.says;
}

/** Why a text with this first line can't be read, where it is known to be something else than JSON. */
export function refusedText(firstLine: string): string | undefined {
  const line = firstLine.trimEnd();
  const says = BY_LINE.find((each) => each.line.test(line))?.says;
  return says?.startsWith("holds") === true ? `${says}: ${line}` : says;
}

/** Hands on the chunks, unpacked where they are gzip's. Throws a {@link SourceError} where that is torn. */
export async function* gunzipped(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reading = chunks[Symbol.asyncIterator]();
  const first = await reading.next();
  if (first.done === true) return;
  const all = startingWith(first.value, reading);
  if (!isPacked(first.value)) {
    yield* all;
    return;
  }
  const unpacking = createGunzip();
  const fed = pipeline(Readable.from(all), unpacking);
  // What goes wrong is heard below, also where it does before anybody waits for it.
  fed.catch(() => undefined);
  try {
    for await (const chunk of unpacking) yield chunk as Buffer;
    await fed;
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError(`${name} cannot be unpacked: ${(cause as Error).message}`, { cause, retryable: false });
  }
}

/** Whether a file that can be read begins as gzip's do. */
export async function isPackedFile(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return false;
  try {
    return isPacked((await file.read(Buffer.alloc(2), 0, 2, 0)).buffer);
  } finally {
    await file.close();
  }
}

function isPacked([first, second]: Buffer): boolean {
  return first === 0x1f && second === 0x8b;
}

async function* startingWith(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
