import { isRecord } from "../../expression/read-path.ts";
import type { EntityRef, Event, RelatedEntity } from "../../model/event.ts";
import type { Rule } from "../../model/rule.ts";
import { COMMON_NAMES, COMMON_PARTS } from "./common-words.ts";
import { pseudonymOf, pseudonymOfIpv4, pseudonymOfIpv6, pseudonymOfMac, pseudonymOfUuid } from "./pseudonyms.ts";
import { type RuleWords, wordsOfRules } from "./rule-words.ts";
import { TOKEN } from "./tokens.ts";

/** Pseudonyms remembered; beyond, they are worked out anew. */
const KNOWN_MAX = 100_000;

/** Also before the rest of a host name: `203.0.113.7.nip.io`, `7.113.0.203.in-addr.arpa`. */
const IPV4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}(?!\.?\p{N}|\p{L})`;
/** As part of a host name: `ip-203-0-113-7.internal`. */
const DASHED_IPV4 = String.raw`\d{1,3}(?:-\d{1,3}){3}(?!-?\p{N}|\p{L})`;
const GROUPS = "[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*";
const IPV6 = String.raw`(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:${GROUPS})?::(?:${GROUPS})?)(?![:.]?[\p{L}\p{N}])`;
const MAC = String.raw`(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![:\p{L}\p{N}])`;
const UUID = String.raw`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\p{L}\p{N}])`;
/** A moment, wherever it stands. */
const TIME = String.raw`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})(?![\p{L}\p{N}])`;
/** What is one name although it looks like many. */
const WHOLE = new RegExp(
  String.raw`(?<![\p{L}\p{N}.:])${TIME}|(?<![\p{L}\p{N}.:])(?:${IPV4}|${MAC}|${IPV6})|(?<!\p{L}|\p{N}-?)${DASHED_IPV4}|(?<![\p{L}\p{N}])${UUID}`,
  "giu",
);
const MOMENT = /^\d{4}-\d{2}-\d{2}T/i;
const DASHED = /^\d+-\d+-\d+-\d+$/;
const SEPARATED = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;
const LOOPBACK = /^(?:127\.|0\.0\.0\.0$|::1?$)/;
/** Counts, sizes, versions, ports: they name nobody. */
const NUMBER = /^v?\d{1,7}(?:\.\d{1,7}){0,2}[A-Za-z]{0,2}$/;
const REASON = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
/** A single one names nobody, and rules look for flags such as `sh -c`. */
const LETTER = /^[a-z]$/i;
const PLAIN_NAME = /^\w+$/;
const DERIVED = /^derived:([^/]*)\/([^/]*)\/([^/]*)\/(.*)$/s;

/**
 * Replaces every name, address and free word of events by a pseudonym, the same for the same word, so
 * that what belonged together does so still: names are replaced part by part, and owners can be derived
 * from them as before. What happened (type, reason, severity, times, counts) stays, and so do the words
 * that the rules look for: the events tell the same stories.
 */
export class Redactor {
  readonly #key: string;
  readonly #words: RuleWords;
  readonly #known = new Map<string, string>();

  constructor(key: string, rules: readonly Rule[]) {
    this.#key = key;
    this.#words = wordsOfRules(rules);
  }

  /** The event with pseudonyms. Its id is the caller's to give: its order counts, and no pseudonym keeps that. */
  event(event: Event): Event {
    const { traceId, reason, message, entity, related, actor, attributes } = event;
    return {
      ...event,
      traceId: this.#trace(traceId),
      reason: reason === undefined || REASON.test(reason) ? reason : this.text(reason),
      message: message === undefined ? undefined : this.text(message),
      entity: this.entity(entity),
      related: related?.map((other): RelatedEntity => ({ ...this.entity(other), role: other.role })),
      actor: actor === undefined ? undefined : (this.#value(actor) as Event["actor"]),
      attributes: attributes === undefined ? undefined : this.#attributes(attributes),
    };
  }

  /** An entity with pseudonyms; its kind stays. */
  entity<Entity extends EntityRef>({ kind, ...rest }: Entity): EntityRef {
    const names = Object.entries(rest).map(([field, value]) => [field, this.#value(value)]);
    return { kind, ...Object.fromEntries(names) } as EntityRef;
  }

  /** A text with pseudonyms for its words; what stands between them stays. */
  text(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const parts: string[] = [];
    let from = 0;
    for (const { 0: whole, index } of text.matchAll(WHOLE)) {
      parts.push(this.#tokens(text.slice(from, index)), this.#whole(whole));
      from = index + whole.length;
    }
    parts.push(this.#tokens(text.slice(from)));
    const redacted = parts.join("");
    if (this.#known.size < KNOWN_MAX) this.#known.set(text, redacted);
    return redacted;
  }

  #whole(whole: string): string {
    if (LOOPBACK.test(whole) || MOMENT.test(whole)) return whole;
    if (DASHED.test(whole)) return this.#whole(whole.replaceAll("-", ".")).replaceAll(".", "-");
    if (SEPARATED.test(whole)) return pseudonymOfMac(this.#key, whole);
    if (whole.includes(":")) return pseudonymOfIpv6(this.#key, whole);
    return whole.includes(".") ? pseudonymOfIpv4(this.#key, whole) : pseudonymOfUuid(this.#key, whole);
  }

  #tokens(text: string): string {
    return text.replaceAll(TOKEN, (token) => this.#token(token));
  }

  #token(token: string): string {
    if (NUMBER.test(token) || this.#isKept(token)) return token;
    return token
      .split(".")
      .map((label) => this.#label(label))
      .join(".");
  }

  /** What begins with a name that stays (a pod's, of `kube-proxy`; a host's, in `default`) goes on doing so. */
  #label(label: string): string {
    for (
      let end = label.length;
      0 < end;
      end = Math.max(label.lastIndexOf("-", end - 1), label.lastIndexOf("_", end - 1))
    ) {
      if (this.#isKept(label.slice(0, end))) return label.slice(0, end) + this.#parts(label.slice(end));
    }
    return this.#parts(label);
  }

  #parts(text: string): string {
    return text.replaceAll(/[\p{L}\p{N}]+/gu, (part) => this.#part(part));
  }

  #isKept(name: string): boolean {
    const lower = name.toLowerCase();
    return COMMON_NAMES.has(lower) || this.#words.names.has(lower);
  }

  #part(part: string): string {
    const lower = part.toLowerCase();
    if (
      LETTER.test(part) ||
      NUMBER.test(part) ||
      COMMON_PARTS.has(lower) ||
      this.#isKept(part) ||
      this.#words.parts.has(lower)
    )
      return part;
    const { beginnings, ends } = this.#words;
    for (let at = part.length - 1; 0 < at; at--) {
      if (beginnings.has(lower.slice(0, at))) return part.slice(0, at) + pseudonymOf(this.#key, part.slice(at));
      if (ends.has(lower.slice(-at))) return pseudonymOf(this.#key, part.slice(0, -at)) + part.slice(-at);
    }
    return pseudonymOf(this.#key, part);
  }

  /** A derived trace is made of the names that its workload has. */
  #trace(traceId: string): string {
    const derived = DERIVED.exec(traceId);
    if (derived === null) return this.text(traceId);
    const [, cluster = "", namespace = "", kind = "", name = ""] = derived;
    return `derived:${this.text(cluster)}/${this.text(namespace)}/${kind}/${this.text(name)}`;
  }

  /** The names of attributes are the collector's, if plain: what is made of several may be a label's, and somebody's. */
  #attributes(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        PLAIN_NAME.test(name) ? name : this.text(name),
        this.#value(value),
      ]),
    );
  }

  #value(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.#value(each));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [this.text(name), this.#value(each)]));
  }
}
