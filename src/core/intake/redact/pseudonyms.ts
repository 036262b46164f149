import { keyedHash } from "../../model/hash.ts";

/** The alphabet of Kubernetes' generated suffixes: whoever derives owners from names looks for it. */
const SAFE = "bcdfghjklmnpqrstvwxz2456789";
const SAFE_DIGITS = "2456789";
/** A generated suffix of a pod, or of what owns it. */
const SUFFIX = new RegExp(`^(?:[${SAFE}]{5}|[${SAFE}]{7,10})$`);
const HEX = /^(?=.*\d)[0-9a-f]{12,}$/;
/** What else may be generated: letters and digits as others mix them, and as many letters as a pod's suffix has. */
const GENERATED = /^(?:(?=.*\d)(?=.*[a-z])[a-z0-9]{4,11}|[a-z]{5})$/;
const DIGITS = /^\d+$/;
const CONSONANTS = "bdfgklmnprst";
const VOWELS = "aeiou";
const SYLLABLES = 5;

/**
 * A word in place of another one, always the same under a key. It keeps the shape by which others
 * tell what it is: digits, hexadecimals, the suffixes that controllers generate; any other word
 * becomes one that is none of these.
 */
export function pseudonymOf(key: string, word: string): string {
  const hash = keyedHash(key, word);
  const at = (place: number, alphabet: string): string =>
    alphabet[((hash[place % hash.length] as number) * 7 + place) % alphabet.length] as string;
  const inAlphabet = (alphabet: string): string => [...word].map((_, place) => at(place, alphabet)).join("");
  if (DIGITS.test(word)) return inAlphabet("0123456789");
  if (SUFFIX.test(word))
    return /\d/.test(word) ? at(0, SAFE_DIGITS) + inAlphabet(SAFE).slice(1) : suffixOfLetters(inAlphabet);
  if (GENERATED.test(word)) {
    const digits = /\d/.test(word) ? "0123456789" : "";
    return at(0, VOWELS) + inAlphabet(`abcdefghijklmnopqrstuvwxyz${digits}`).slice(1);
  }
  if (HEX.test(word)) return at(0, "0123456789") + inAlphabet("0123456789abcdef").slice(1);
  return Array.from({ length: SYLLABLES }, (_, place) => at(2 * place, CONSONANTS) + at(2 * place + 1, VOWELS)).join(
    "",
  );
}

/** Without a digit it is not a replica set's: neither is what stands for it. */
function suffixOfLetters(inAlphabet: (alphabet: string) => string): string {
  return inAlphabet("bcdfghjklmnpqrstvwxz");
}

/** An address of a private network in place of an IPv4 address. */
export function pseudonymOfIpv4(key: string, address: string): string {
  const [a, b, c] = keyedHash(key, address);
  return `10.${a}.${b}.${c}`;
}

/** An address of a private network in place of an IPv6 address. */
export function pseudonymOfIpv6(key: string, address: string): string {
  const hash = keyedHash(key, address);
  const group = (at: number): string => (((hash[at] as number) << 8) | (hash[at + 1] as number)).toString(16);
  return `fd00::${[0, 2, 4, 6].map(group).join(":")}`;
}

/** A hardware address that nobody was given, in place of another one. */
export function pseudonymOfMac(key: string, address: string): string {
  const hash = keyedHash(key, address.toLowerCase());
  const pair = (at: number): string => (hash[at] as number).toString(16).padStart(2, "0");
  return ["02", ...[0, 1, 2, 3, 4].map(pair)].join(":");
}

/** Another UUID. */
export function pseudonymOfUuid(key: string, uuid: string): string {
  const hex = [...keyedHash(key, uuid.toLowerCase())].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
