import { isAboutOnly, SECRET_WORDS } from "./secret-names.ts";
import { WordFinder } from "./word-finder.ts";

/** Stands where a secret stood. */
export const MASK = "***";

/** What every text with a secret in it holds some of: most texts hold none, and are left after this. */
const SUSPECT =
  /pass|pwd|secret|token|key|auth|bearer|basic|cred|cookie|session|conn|jwt|dsn|salt|config|sig=|identified|eyJ|:\/\/|@(?:tcp|udp|unix)\(|gh[pousr]_|github_|gl[a-z]{1,5}[-_]|xox|xapp-|[srp]k[-_]|AIza|ya29|GOCSPX|hv[sbr]\.|s\.\w{24}|npm_|pypi-|do[opr]_|SG\.|shp|AKIA|ASIA|ABIA|ACCA|dckr_|AT[AC]TT|lin_|figd_|hf_|r8_|nvapi|dapi|PMAK|NRAK|atlasv1|:AA|pul-|dp\.|sntry|SK[0-9a-f]{8}|FwoG|IQoJ|EAA|sq0|CCIPAT|bkua_|ops_|-u[ =]|--user|PRIVATE|whsec|signature|code=/i;

/** A word of each alternative of {@link SUSPECT}: a text without any of them is not looked at again. */
const SUSPECT_WORDS = new WordFinder(
  (
    "pass pwd secret token key auth bearer basic cred cookie session conn jwt dsn salt config sig= identified eyj " +
    ":// @tcp( @udp( @unix( ghp_ gho_ ghu_ ghs_ ghr_ github_ gl xox xapp- sk rk- rk_ pk- pk_ aiza ya29 gocspx hvs. " +
    "hvb. hvr. s. npm_ pypi- doo_ dop_ dor_ sg. shp akia asia abia acca dckr_ atatt atctt lin_ figd_ hf_ r8_ nvapi " +
    "dapi pmak nrak atlasv1 :aa pul- dp. sntry fwog iqoj eaa sq0 ccipat bkua_ ops_ -u= --user private whsec signature code="
  )
    .split(" ")
    .concat("-u "),
);

/** Not in the middle of a longer word: also keeps each look linear, since a run is tried once. */
const START = "(?<![A-Za-z0-9_-])";

/** Key formats of providers, each by its own fixed beginning. */
const PROVIDER_KEYS = new RegExp(
  `${START}(?:${[
    "gh[pousr]_[A-Za-z0-9]{20,}",
    "github_pat_\\w{20,}",
    "gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt)-[\\w-]{16,}",
    "gl(?:sa|c)_[\\w=+/]{20,}",
    "xox[abceoprs](?:\\.xox[ep])?-[\\w-]{10,}",
    "xapp-\\d-[\\w-]{10,}",
    "sk-[\\w-]{20,}",
    "(?:sk|rk|pk|whsec)_(?:live|test|prod)?_?[A-Za-z0-9]{16,}",
    "AIza[\\w-]{30,}",
    "ya29\\.[\\w-]{20,}",
    "GOCSPX-[\\w-]{20,}",
    "hv[sbr]\\.[\\w-]{20,}",
    "s\\.[A-Za-z0-9]{24}(?![A-Za-z0-9])",
    "npm_[A-Za-z0-9]{30,}",
    "pypi-[\\w-]{30,}",
    "do[opr]_v1_[a-f0-9]{32,}",
    "SG\\.[\\w-]{16,}\\.[\\w-]{16,}",
    "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}",
    "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])",
    "dckr_(?:pat|oat)_[\\w-]{20,}",
    "ATATT3[\\w=+/-]{20,}",
    "ATCTT3[\\w=+/-]{20,}",
    "lin_api_\\w{20,}",
    "figd_[\\w-]{20,}",
    "hf_[A-Za-z0-9]{20,}",
    "r8_[A-Za-z0-9]{20,}",
    "nvapi-[\\w-]{20,}",
    "dapi[a-f0-9]{32}",
    "PMAK-[a-f0-9-]{20,}",
    "NRAK-[A-Z0-9]{20,}",
    "[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{20,}",
    "\\d{8,10}:AA[\\w-]{30,}",
    "AGE-SECRET-KEY-1[A-Z0-9]{20,}",
    "pul-[a-f0-9]{40}",
    "dp\\.(?:pt|st|ct|sa)\\.[\\w.-]{20,}",
    "sntry[su]_[\\w=+/-]{20,}",
    "key-[0-9a-f]{32}",
    "SK[0-9a-f]{32}",
    "(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[\\w=+/-]{20,}",
    "EAA[A-Za-z0-9]{40,}",
    "sq0(?:atp|csp)-[\\w-]{20,}",
    "CCIPAT_\\w{20,}",
    "bkua_[a-z0-9]{20,}",
    "tskey-[\\w-]{16,}",
    "ops_eyJ[\\w-]{20,}",
  ].join("|")})`,
  "g",
);

const PRIVATE_KEYS =
  /-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10})-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----|$)/g;
const WEB_TOKENS = new RegExp(`${START}eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{4,}(?:\\.[A-Za-z0-9_-]*){0,3}`, "g");
const HEADERS =
  /\b((?:proxy-)?authorization["']?\s{0,3}[:=]\s{0,3}["']?)((?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)\s{1,3})?([^\s"',;]{4,})/gi;
const SCHEMES = /\b(bearer|basic|apikey|token|negotiate|aws4-hmac-sha256)([ :=]{1,3})([A-Za-z0-9+/=._~-]{8,})/gi;
const COOKIES = /\b((?:set-)?cookie["']?\s{0,3}:\s{0,3})(?!\s|\*\*\*)([^\n"']{4,})/gi;
const URL_PASSWORDS = /([a-z][a-z0-9+.-]{1,30}:\/\/[^\s/@:'"]{0,256}:)([^\s/'"]{1,512})@/gi;
const URL_TOKENS = /([a-z][a-z0-9+.-]{1,30}:\/\/)([A-Za-z0-9_-]{20,512})@/gi;
const DRIVER_PASSWORDS = /(?<![\w.-])([\w.-]{1,64}:)([^\s@'"/]{1,512})@(?=(?:tcp|udp|unix)\()/g;
const HOOKS =
  /(https:\/\/(?:hooks\.slack\.com\/(?:services|workflows)|discord(?:app)?\.com\/api\/webhooks|[\w-]{1,60}\.webhook\.office\.com\/webhookb2|chat\.googleapis\.com\/v1\/spaces)\/)[^\s"'<>]+/gi;
const BASIC_FLAGS = /((?:^|\s)(?:-u|--user|--proxy-user)[ =]["']?[\w.@\\-]{1,64}:)([^\s"']+)/g;
const SQL_PASSWORDS =
  /\b(identified\s{1,3}(?:with\s{1,3}\S{1,40}\s{1,3})?by\s{1,3}|with\s{1,3}password\s{1,3})(["'])[^"']*\2/gi;
const SIGNATURES =
  /([?&;](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|code|key)=)([^\s&"'<>]{8,})/gi;

const QUOTED = String.raw`\\"[^"\\]*(?:\\(?!")[\s\S][^"\\]*)*(?:\\"|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$)|'[^']*(?:'|$)`;
/** `name=value`, `"name": "value"`, `name: value`, `--name value`: the value is judged by what is around it. */
const NAMED_VALUES = new RegExp(
  `(${SECRET_WORDS}|\\bpass|\\bauth|\\bsig(?![\\w.-]))([\\w.-]{0,40})(\\\\?["']?\\]?\\s{0,3}(?::=|=>|[=:])\\s{0,3}|\\s{1,3})(${QUOTED}|[^\\s,;&"'\`)}\\]|<>]+)`,
  "gi",
);

/** Masks every secret in a text that is recognised by its shape or its name; linear in its length. */
export function maskText(text: string): string {
  if (text.length < SECRET_MIN || !SUSPECT_WORDS.finds(text)) return text;
  if (!mayHoldSecret(text) || !SUSPECT.test(text)) return text;
  return text
    .replace(PRIVATE_KEYS, `-----BEGIN $1-----${MASK}-----END $1-----`)
    .replace(WEB_TOKENS, MASK)
    .replace(HOOKS, `$1${MASK}`)
    .replace(URL_PASSWORDS, `$1${MASK}@`)
    .replace(URL_TOKENS, `$1${MASK}@`)
    .replace(DRIVER_PASSWORDS, `$1${MASK}@`)
    .replace(PROVIDER_KEYS, MASK)
    .replace(HEADERS, maskHeader)
    .replace(COOKIES, `$1${MASK}`)
    .replace(SCHEMES, maskScheme)
    .replace(BASIC_FLAGS, `$1${MASK}`)
    .replace(SQL_PASSWORDS, `$1$2${MASK}$2`)
    .replace(SIGNATURES, `$1${MASK}`)
    .replace(NAMED_VALUES, maskNamed);
}

/** The shortest text with a secret in it: `pwd=x1`. */
const SECRET_MIN = 6;
/** The shortest credential that stands alone, without a sign beside it. */
const RUN_MIN = 16;

/** A secret has one of these beside it, or comes after them. */
const MARKS = /[=:@\\"']|--/;

/**
 * A look at the characters alone, for the hot path: a text without a mark that has no long run of
 * letters and digits either holds no secret. Runs are found by looking at every sixteenth character.
 */
function mayHoldSecret(text: string): boolean {
  if (MARKS.test(text)) return true;
  let end = RUN_MIN - 1;
  while (end < text.length) {
    let at = end;
    while (end - RUN_MIN < at && isInRun(text.charCodeAt(at))) at -= 1;
    if (at === end - RUN_MIN) return true;
    end = at + RUN_MIN;
  }
  return false;
}

/** Letters, digits and what joins them: `+ - . / _`. */
function isInRun(code: number): boolean {
  return (
    (96 < code && code < 123) || (64 < code && code < 91) || (42 < code && code < 58 && code !== 44) || code === 95
  );
}

/** What follows `Authorization:`, and not the words `authorization: denied`. */
function maskHeader(whole: string, name: string, scheme: string | undefined, value: string): string {
  return scheme !== undefined || isRandom(value) ? `${name}${scheme ?? ""}${MASK}` : whole;
}

/** `Bearer <credential>`, and not the words `basic authentication` or `token expired`. */
function maskScheme(whole: string, scheme: string, gap: string, value: string): string {
  return isRandom(value) ? `${scheme}${gap}${MASK}` : whole;
}

function maskNamed(whole: string, word: string, rest: string, gap: string, value: string, at: number, text: string) {
  if (isAboutOnly(word + rest) && !/passwords?$|secrets?$/i.test(word)) return whole;
  if (isAboutOnly(rest) && rest !== "") return whole;
  const quote = /^\\?["']/.exec(value)?.[0] ?? "";
  const bare = value.slice(quote.length, quote !== "" && value.endsWith(quote) ? -quote.length : undefined);
  if (
    !isValue({
      word,
      gap,
      quote,
      bare,
      before: text.slice(Math.max(0, at - 24), at),
      after: text.slice(at + whole.length),
    })
  )
    return whole;
  return `${word}${rest}${gap}${quote}${MASK}${value.endsWith(quote) ? quote : ""}`;
}

interface Candidate {
  readonly word: string;
  readonly gap: string;
  readonly quote: string;
  readonly bare: string;
  readonly before: string;
  readonly after: string;
}

const PLACEHOLDER = /^(?:\*+|<.*|\$[({]?\w*.*|%\w*%?|\{\{.*|true|false|null|nil|none|undefined|\(hidden\)|\d{1,3})$/i;
const PASSWORD_WORD = /pass|pwd/i;

function isValue({ word, gap, quote, bare, before, after }: Candidate): boolean {
  if (bare === "" || PLACEHOLDER.test(bare)) return false;
  if (gap.includes("=")) return true;
  if (!gap.includes(":")) return /(?:^|\s)--?[\w-]*$/.test(before) && !bare.startsWith("-");
  if (quote !== "") return !/^\s/.test(gap) || isRandom(bare) || /["']/.test(gap);
  // `password: hunter2` is a value; `token: not found` is a sentence.
  if (/^\\?["']?\s+:/.test(gap)) return isRandom(bare);
  if (isRandom(bare)) return true;
  return PASSWORD_WORD.test(word) && !/^\s+[a-z]/i.test(after) && !PROSE.has(bare.toLowerCase());
}

const PROSE = new Set([
  "required",
  "invalid",
  "missing",
  "expired",
  "wrong",
  "incorrect",
  "mismatch",
  "empty",
  "unset",
]);

/** Looks like no word: six characters or more, with a digit or with case that changes inside. */
function isRandom(text: string): boolean {
  if (text.length < 6) return false;
  if (/^\d{1,3}(?:\.\d+)*$/.test(text) || /^[\w.-]+\.(?:svc|local|com|io|org|net)$/.test(text)) return false;
  return /\d/.test(text) || /[a-z][A-Z]/.test(text) || /[+/=!@#$%^]/.test(text);
}
