import { type DurationMs, formatDuration, parseDuration } from "../core/model/time.ts";

/** How one setting is read and shown. */
export interface Setting<Value> {
  /** Name of its flag, without the dashes. */
  readonly flag: string;
  /** Name of its environment variable. */
  readonly env: string;
  readonly fallback: Value;
  /** Never shown. */
  readonly secret?: true;
  /** Reads one text, or several where it is a list; a string says what is expected instead. */
  readonly read: (texts: readonly string[]) => { readonly value: Value } | string;
  readonly show: (value: Value) => string;
}

/** A text that is not empty, or none. */
export function text(flag: string, env: string): Setting<string | undefined> {
  const read = ([value = ""]: readonly string[]) => (value === "" ? "a text that is not empty" : { value });
  return { flag, env, fallback: undefined, read, show: (value) => value ?? "" };
}

/** Several texts; commas part them too. */
export function list(flag: string, env: string): Setting<readonly string[]> {
  const read = (texts: readonly string[]): { readonly value: readonly string[] } => ({
    value: texts.flatMap((one) => one.split(",")).flatMap((one) => one.trim() || []),
  });
  return { flag, env, fallback: [], read, show: (values) => values.join(",") };
}

/** A whole number from `least` on, of at most twelve digits. */
export function wholeNumber(flag: string, env: string, fallback: number, least = 1): Setting<number> {
  const read = ([written = ""]: readonly string[]) => {
    const value = /^[1-9]\d{0,11}$/.test(written) ? Number(written) : 0;
    return value < least ? `a whole number from ${least}` : { value };
  };
  return { flag, env, fallback, read, show: String };
}

/** `true` or `false`. */
export function yesOrNo(flag: string, env: string, fallback: boolean): Setting<boolean> {
  const read = ([value = ""]: readonly string[]) =>
    /^(true|false)$/.test(value) ? { value: value === "true" } : "true or false";
  return { flag, env, fallback, read, show: String };
}

/** A length of time. */
export function duration(flag: string, env: string, fallback: DurationMs): Setting<DurationMs> {
  const read = ([written = ""]: readonly string[]) => {
    const value = parseDuration(written);
    return value === undefined || value === 0 ? "a duration such as 90s, 5m or 1h30m" : { value };
  };
  return { flag, env, fallback, read, show: formatDuration };
}

/** An address of the web, whole; a login and a query in it are not shown. */
export function webAddress(flag: string, env: string): Setting<string | undefined> {
  return {
    ...text(flag, env),
    read: ([value = ""]) => (isWebAddress(value) ? { value } : EXPECTED_ADDRESS),
    show: (value) => withoutLogin(value ?? ""),
  };
}

/** Several of them. */
export function webAddresses(flag: string, env: string): Setting<readonly string[]> {
  const several = list(flag, env);
  return {
    ...several,
    read: (texts) => {
      const read = several.read(texts);
      return typeof read !== "string" && read.value.every(isWebAddress) ? read : EXPECTED_ADDRESS;
    },
    show: (values) => values.map(withoutLogin).join(","),
  };
}

const EXPECTED_ADDRESS = "an address such as https://example.org/path";

function isWebAddress(value: string): boolean {
  return /^https?:$/.test(URL.parse(value)?.protocol ?? "");
}

function withoutLogin(address: string): string {
  return address.replace(/\/\/[^/]*@/, "//***@").replace(/\?.*/, "?***");
}

/** Addresses that may be anything, without what stands before an @ in them. */
export function withoutLogins(addresses: string): string {
  return addresses.replaceAll(/((?:^|,)\s*(?:[a-z]+:\/\/)?)[^,]*@/gi, "$1***@");
}
