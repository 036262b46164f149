import { readFile } from "node:fs/promises";
import { connect, credsAuthenticator, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { SourceError } from "../../ports/source.ts";

/** Where the server is and how to be let in. Secrets stay out of every message. */
export interface NatsAccess {
  /** One URL or several separated by commas: `nats://127.0.0.1:4222`. */
  readonly url: string;
  /** Path of a credentials file (`.creds`). */
  readonly credsFile?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;
const CREDENTIALS = /-BEGIN [A-Z ]+ JWT-[\s\S]+-BEGIN [A-Z ]+ SEED-/;
/** What stands before a server's last @, which no host has: a password that is not encoded may hold others. */
const LOGIN = /^([a-z]+:\/\/)?(.*)@/i;

/**
 * Connects, and keeps the connection up for good: after the first success the client reconnects for
 * as long as it takes. Throws {@link SourceError}; `retryable` is false where the server said no.
 */
export async function connectNats(access: NatsAccess): Promise<NatsConnection> {
  const where = withoutSecrets(access.url);
  const options: NodeConnectionOptions = {
    servers: access.url.split(",").map(bareServer),
    name: "tapio-correlator",
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    ...(await secretsOf(access)),
  };
  try {
    return await connect(options);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const refused = cause instanceof Error && cause.name === "AuthorizationError";
    const remedy = refused
      ? "the server did not let us in; check the credentials"
      : "is a NATS server running there, and is the address right?";
    throw new SourceError(`cannot connect to ${where}: ${message}; ${remedy}`, { cause, retryable: !refused });
  }
}

/** A server's address as it may be printed: user, password and token are taken out. */
export function withoutSecrets(url: string): string {
  return url
    .split(",")
    .map((one) => one.trim().replace(LOGIN, "$1"))
    .join(",");
}

function bareServer(url: string): string {
  return withoutSecrets(url);
}

async function secretsOf(access: NatsAccess): Promise<NodeConnectionOptions> {
  if (access.credsFile !== undefined) {
    const file = access.credsFile;
    const creds = await readFile(file).catch((cause: unknown) => {
      throw new SourceError(`the NATS credentials file ${file} cannot be read`, { cause, retryable: false });
    });
    if (!CREDENTIALS.test(creds.toString("latin1"))) {
      const message = `the NATS credentials file ${file} does not hold a JWT and a seed; is it the .creds file?`;
      throw new SourceError(message, { cause: undefined, retryable: false });
    }
    return { authenticator: credsAuthenticator(creds) };
  }
  if (access.token !== undefined) return { token: access.token };
  if (access.user !== undefined) return { user: access.user, pass: access.password ?? "" };
  const [login] = access.url.split(",").flatMap((one) => LOGIN.exec(one.trim())?.[2] ?? []);
  if (login === undefined) return {};
  const [, user = "", password] = /^([^:]*)(?::(.*))?$/.exec(login) ?? [];
  return password === undefined ? { token: decoded(user) } : { user: decoded(user), pass: decoded(password) };
}

/** A text from an address; where it is not encoded as such a one is, it stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
