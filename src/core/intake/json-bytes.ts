/**
 * Walks over JSON texts (RFC 8259) in bytes without making anything of them. Every function takes a
 * place and answers the one behind what it walked over, or -1 where there is no such JSON, and where
 * a character is not ASCII. None knows where the text ends: whoever calls sees that the walk ended there.
 */

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/** 1 for the bytes that end a run of plain characters in a string: `"`, `\`, controls, all but ASCII. */
const ENDS_RUN = Uint8Array.from({ length: 256 }, (_, code) =>
  code < SPACE || 127 < code || code === QUOTE || code === BACKSLASH ? 1 : 0,
);

/** Behind white space. */
export function afterSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
}

/** From behind an opening quote to the closing one of a string without escapes; -1 where it has some. */
export function endOfPlain(bytes: Uint8Array, from: number): number {
  let at = from;
  while (ENDS_RUN[bytes[at] as number] === 0) at++;
  return bytes[at] === QUOTE ? at : -1;
}

/** From behind an opening quote to behind the closing one. */
export function afterString(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    while (ENDS_RUN[bytes[at] as number] === 0) at++;
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] !== BACKSLASH) return -1;
    at = afterEscape(bytes, at + 1);
    if (at < 0) return -1;
  }
}

/** Behind a whole value that begins here; -1 too where it holds objects or lists deeper than `depthMax`. */
export function afterValue(bytes: Uint8Array, at: number, depthMax: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return afterString(bytes, at + 1);
    case 123:
      return depthMax === 0 ? -1 : afterMembers(bytes, at, depthMax - 1);
    case 91:
      return depthMax === 0 ? -1 : afterElements(bytes, at, depthMax - 1);
    case 116:
      return isAt(bytes, at, "true") ? at + 4 : -1;
    case 102:
      return isAt(bytes, at, "false") ? at + 5 : -1;
    case 110:
      return isAt(bytes, at, "null") ? at + 4 : -1;
    default:
      return afterNumber(bytes, at);
  }
}

/** From the quote before a member's name to where its value begins; -1 where the name has escapes. */
export function afterName(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== QUOTE) return -1;
  const end = endOfPlain(bytes, from + 1);
  return end < 0 ? -1 : afterColon(bytes, end + 1);
}

/** From behind a member's name to where its value begins. */
function afterColon(bytes: Uint8Array, from: number): number {
  const at = afterSpace(bytes, from);
  return bytes[at] === 58 ? afterSpace(bytes, at + 1) : -1;
}

/** Whether an ASCII word stands at a place. */
export function isAt(bytes: Uint8Array, from: number, word: string): boolean {
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word.charCodeAt(at)) return false;
  return true;
}

function afterMembers(bytes: Uint8Array, from: number, depthMax: number): number {
  let at = afterSpace(bytes, from + 1);
  if (bytes[at] === 125) return at + 1;
  for (;;) {
    at = bytes[at] === QUOTE ? afterString(bytes, at + 1) : -1;
    if (0 <= at) at = afterColon(bytes, at);
    if (0 <= at) at = afterValue(bytes, at, depthMax);
    if (at < 0) return -1;
    at = afterSpace(bytes, at);
    if (bytes[at] === 125) return at + 1;
    if (bytes[at] !== 44) return -1;
    at = afterSpace(bytes, at + 1);
  }
}

function afterElements(bytes: Uint8Array, from: number, depthMax: number): number {
  let at = afterSpace(bytes, from + 1);
  if (bytes[at] === 93) return at + 1;
  for (;;) {
    at = afterValue(bytes, at, depthMax);
    if (at < 0) return -1;
    at = afterSpace(bytes, at);
    if (bytes[at] === 93) return at + 1;
    if (bytes[at] !== 44) return -1;
    at = afterSpace(bytes, at + 1);
  }
}

function afterNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === 45 ? from + 1 : from;
  at = bytes[at] === 48 ? at + 1 : afterDigits(bytes, at);
  if (0 <= at && bytes[at] === 46) at = afterDigits(bytes, at + 1);
  if (at < 0) return -1;
  if (bytes[at] !== 101 && bytes[at] !== 69) return at;
  const sign = bytes[at + 1];
  return afterDigits(bytes, sign === 43 || sign === 45 ? at + 2 : at + 1);
}

/** Behind one digit or more. */
function afterDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  return at === from ? -1 : at;
}

/** From behind a backslash to behind what it escapes: one of `" \ / b f n r t`, or `u` with four hexadecimal digits. */
function afterEscape(bytes: Uint8Array, at: number): number {
  const code = bytes[at] as number;
  if (code !== 117) return '"\\/bfnrt'.includes(String.fromCharCode(code)) ? at + 1 : -1;
  for (let digit = at + 1; digit <= at + 4; digit++) if (!isHexDigit(bytes[digit])) return -1;
  return at + 5;
}

function isSpace(code: number | undefined): boolean {
  return code === SPACE || code === 10 || code === 13 || code === 9;
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && 48 <= code && code <= 57;
}

function isHexDigit(code: number | undefined): boolean {
  return code !== undefined && (isDigit(code) || (97 <= code && code <= 102) || (65 <= code && code <= 70));
}
