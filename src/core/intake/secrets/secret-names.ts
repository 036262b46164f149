/** Words that make a name one of a credential; where they stand in it does not matter. */
export const SECRET_WORDS =
  "pass(?:word|wd|phrase|code)|passwd|pwd|secret|token|api[_-]?key|apikey|(?:access|account|private|signing|encryption|" +
  "master|shared|storage|license|auth|deploy|service|webhook|client|session|host|ssh|rsa|db)[_-]?(?:access)?[_-]?key|" +
  "credentials?|conn(?:ection)?[_-]?str(?:ing)?|authorization|bearer|cookie|session[_-]?id|jwt|dsn|salt|pgpass|" +
  "dockerconfigjson|dockercfg|htpasswd|kubeconfig";

const SECRET_NAME = new RegExp(`${SECRET_WORDS}|^auth$|^pass$|_pass$|^sig$|^pin$|\\.pem$|\\.key$`, "i");

/** Names that speak of a credential, but hold none: where it is kept, how long it lasts, how many. */
const ABOUT_ONLY =
  /(?:name|names|ref|refs|file|path|dir|type|mode|expir\w*|ttl|age|url|uri|policy|length|count|version|size|keys|tokens|secrets|passwords|enabled|required|interval|issuer|audience|format|namespace|kind|class|status|reason|by|at|mount)$/i;

/** Names already judged: the same few come with every payload. */
const JUDGED_MAX = 5_000;
const judged = new Map<string, boolean>();

/** Whether what is kept under this name is a credential, as far as a name can tell. */
export function isSecretName(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const secret = SECRET_NAME.test(name) && !isAboutOnly(name);
  if (JUDGED_MAX <= judged.size) judged.clear();
  if (name.length < 200) judged.set(name, secret);
  return secret;
}

/** Whether the end of a name says that it is only about a credential. */
export function isAboutOnly(name: string): boolean {
  return ABOUT_ONLY.test(name);
}
