import { readFile } from "node:fs/promises";
import { SinkError } from "../../ports/sink.ts";

/** Which API server, and as whom. */
export interface ApiAccess {
  readonly url: URL;
  /** Gives the bearer token, read anew each time: the kubelet changes it every hour. */
  readonly token: () => Promise<string | undefined>;
  /** Certificates that the server's must come from; the system's if there are none. */
  readonly ca: string | undefined;
}

/** What the settings say of it; the rest comes from the pod that it runs in. */
export interface ApiSettings {
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
}

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The API server named by the settings, or the one of the cluster that this process runs in, with its
 * service account. Throws a `RangeError` where there is neither, and `SinkError` for a file that
 * cannot be read.
 */
export async function apiAccess(
  { url, tokenFile, caFile }: ApiSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ApiAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = env;
  if (url === undefined && host === undefined) {
    throw new RangeError("kubernetes.events needs kubernetes.url where it does not run in a cluster");
  }
  const inCluster = `https://${host?.includes(":") === true ? `[${host}]` : host}:${port}`;
  const base = URL.parse((url ?? inCluster).replace(/\/*$/, "/"));
  if (base === null || !/^https?:$/.test(base.protocol)) throw new RangeError("kubernetes.url must be a whole URL");
  // What a pod has of its own is for its own API server only.
  const tokenAt = tokenFile ?? (url === undefined ? `${ACCOUNT}/token` : undefined);
  const caAt = caFile ?? (url === undefined ? `${ACCOUNT}/ca.crt` : undefined);
  if (tokenAt !== undefined && base.protocol === "http:" && !isLoopback(base)) {
    throw new RangeError("kubernetes.tokenFile is sent over https only, or on this machine");
  }
  return {
    url: base,
    token: async () => (tokenAt === undefined ? undefined : (await textIn(tokenAt)).trim()),
    ca: caAt === undefined ? undefined : await textIn(caAt),
  };
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
}

function textIn(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new SinkError(`${file} cannot be read`, { cause, retryable: true });
  });
}
