const START = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/** FNV-1a (32 bits) over a text's code units, as a signed integer: tells texts apart, and is no secret's guard. */
export function shortHash(text: string): number {
  let hash = START;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}

/** The same of an ASCII text in bytes. */
export function shortHashOfAscii(bytes: Uint8Array, from: number, to: number): number {
  let hash = START;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), PRIME);
  return hash;
}
