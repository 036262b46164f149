/** Letters and digits that no secret of anybody is made of; long enough for every format below. */
const MIX = "aB3dE5fG7hJ9kL2mN4pQ6rS8tU0vW1xY3zA5bC7dE9fG2hJ4kM6nP8qR0sT";
const LOWER = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4";
const UPPER = "QWERTY7UIOP4ASDF9GHJK2ZXCV5BNM8Q";

/** Joins parts, so that no line of this file looks like a real key. */
const join = (...parts: readonly string[]): string => parts.join("");

/** A text with a secret in it, and the part of it that must be gone. */
export interface Leak {
  readonly name: string;
  readonly text: string;
  readonly secret: string;
}

const leak = (name: string, secret: string, around: (secret: string) => string = (one) => one): Leak => ({
  name,
  text: around(secret),
  secret,
});

const said = (one: string): string => `request failed for ${one} after 3 tries`;

/** Formats that providers give their keys, each told by its beginning. */
const PROVIDERS: readonly Leak[] = [
  ["GitHub personal", join("gh", "p_", MIX.slice(0, 36))],
  ["GitHub OAuth", join("gh", "o_", MIX.slice(0, 36))],
  ["GitHub user", join("gh", "u_", MIX.slice(0, 36))],
  ["GitHub server", join("gh", "s_", MIX.slice(0, 36))],
  ["GitHub refresh", join("gh", "r_", MIX.slice(0, 36))],
  ["GitHub fine-grained", join("github", "_pat_", MIX.slice(0, 22), "_", MIX.slice(0, 30))],
  ["GitLab personal", join("gl", "pat-", MIX.slice(0, 20))],
  ["GitLab deploy", join("gl", "dt-", MIX.slice(0, 20))],
  ["GitLab runner", join("gl", "rt-", MIX.slice(0, 20))],
  ["AWS access", join("AK", "IA", UPPER.slice(0, 16))],
  ["AWS temporary", join("AS", "IA", UPPER.slice(0, 16))],
  ["AWS session", join("IQoJ", "b3JpZ2lu", MIX)],
  ["Slack bot", join("xox", "b-", "123456789012-", MIX.slice(0, 24))],
  ["Slack user", join("xox", "p-", "123456789012-", MIX.slice(0, 24))],
  ["Slack app", join("xapp", "-1-", MIX.slice(0, 24))],
  ["Stripe live", join("sk", "_live_", MIX.slice(0, 24))],
  ["Stripe restricted", join("rk", "_live_", MIX.slice(0, 24))],
  ["Stripe webhook", join("wh", "sec_", MIX.slice(0, 32))],
  ["a model's key", join("sk", "-proj-", MIX.slice(0, 40))],
  ["Google API", join("AI", "za", MIX.slice(0, 35))],
  ["Google OAuth", join("ya", "29.", MIX.slice(0, 40))],
  ["Google client", join("GOC", "SPX-", MIX.slice(0, 28))],
  ["Vault service", join("hv", "s.", MIX.slice(0, 40))],
  ["Vault batch", join("hv", "b.", MIX.slice(0, 40))],
  ["Vault old", join("s", ".", MIX.slice(0, 24))],
  ["npm", join("np", "m_", MIX.slice(0, 36))],
  ["PyPI", join("py", "pi-", MIX.slice(0, 50))],
  ["DigitalOcean", join("do", "p_v1_", LOWER, LOWER.slice(0, 16))],
  ["SendGrid", join("S", "G.", MIX.slice(0, 22), ".", MIX.slice(0, 43))],
  ["Shopify", join("shp", "at_", LOWER.slice(0, 32))],
  ["Docker Hub", join("dckr", "_pat_", MIX.slice(0, 27))],
  ["Atlassian", join("ATA", "TT3", MIX.slice(0, 50))],
  ["Linear", join("lin", "_api_", MIX.slice(0, 40))],
  ["Figma", join("fi", "gd_", MIX.slice(0, 40))],
  ["Hugging Face", join("h", "f_", MIX.slice(0, 34))],
  ["Replicate", join("r", "8_", MIX.slice(0, 37))],
  ["NVIDIA", join("nv", "api-", MIX.slice(0, 50))],
  ["Databricks", join("da", "pi", LOWER.slice(0, 32))],
  ["Postman", join("PM", "AK-", LOWER.slice(0, 24), "-", LOWER.slice(0, 34))],
  ["New Relic", join("NR", "AK-", UPPER.slice(0, 27))],
  ["Terraform Cloud", join(MIX.slice(0, 14), ".atlas", "v1.", MIX)],
  ["Telegram bot", join("123456789", ":AA", MIX.slice(0, 33))],
  ["age", join("AGE-SECRET", "-KEY-1", UPPER)],
  ["Pulumi", join("pul", "-", LOWER.slice(0, 40))],
  ["Doppler", join("dp", ".pt.", MIX.slice(0, 40))],
  ["Sentry", join("sntry", "s_", MIX)],
  ["Grafana", join("gl", "sa_", MIX.slice(0, 32), "_", LOWER.slice(0, 8))],
  ["Mailgun", join("key", "-", LOWER.slice(0, 32))],
  ["Twilio", join("S", "K", LOWER.slice(0, 32))],
  ["Square", join("sq0", "atp-", MIX.slice(0, 22))],
  ["Facebook", join("EA", "A", MIX.replaceAll(/[^A-Za-z0-9]/g, ""))],
  ["Buildkite", join("bk", "ua_", LOWER.slice(0, 40))],
  ["Tailscale", join("ts", "key-", MIX.slice(0, 30))],
].map(([name = "", secret = ""]) => leak(name, secret, said));

const HEAD = join("eyJ", "hbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9");
const BODY = join("eyJ", "zdWIiOiIxMjM0NTY3ODkwIn0");
const PRIVATE = "PRIVATE KEY";

const HEADERS: readonly Leak[] = [
  leak("web token", join(HEAD, ".", BODY, ".", MIX.slice(0, 43))),
  leak("web token without signature", join(HEAD, ".", BODY, ".")),
  leak("encrypted web token", join(HEAD, ".", MIX, ".", MIX.slice(0, 16), ".", MIX, ".", MIX.slice(0, 22))),
  leak("bearer", MIX.slice(0, 24), (one) => `curl -H 'Authorization: Bearer ${one}' failed`),
  leak("bearer alone", MIX.slice(0, 24), (one) => `sent Bearer ${one} upstream`),
  leak("basic", `${MIX.slice(0, 22)}==`, (one) => `Authorization: Basic ${one}`),
  leak("authorization in JSON", MIX.slice(0, 20), (one) => `{"authorization":"${one}","path":"/"}`),
  leak("proxy authorization", MIX.slice(0, 20), (one) => `Proxy-Authorization: Basic ${one}`),
  leak("cookie", `session=${MIX.slice(0, 20)}; theme=dark`, (one) => `Cookie: ${one}`),
  leak("set-cookie", `sid=${MIX.slice(0, 20)}; Path=/`, (one) => `Set-Cookie: ${one}`),
  leak("api key header", MIX.slice(0, 20), (one) => `X-Api-Key: ${one}`),
  leak("vault header", MIX.slice(0, 20), (one) => `X-Vault-Token: ${one}`),
  leak("token scheme", MIX.slice(0, 20), (one) => `Authorization: token ${one}`),
];

const KEYS: readonly Leak[] = ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "].map((kind) =>
  leak(
    `${kind}private key`,
    `${MIX}\n${MIX}`,
    (one) => `-----BEGIN ${kind}${PRIVATE}-----\n${one}\n-----END ${kind}${PRIVATE}-----`,
  ),
);

const MORE_KEYS: readonly Leak[] = [
  leak(
    "PGP private key",
    MIX,
    (one) => `-----BEGIN PGP ${PRIVATE} BLOCK-----\n${one}\n-----END PGP ${PRIVATE} BLOCK-----`,
  ),
  leak("private key, cut off", MIX, (one) => `-----BEGIN ${PRIVATE}-----\n${one}`),
  leak(
    "private key in JSON",
    MIX,
    (one) => `{"k":"-----BEGIN ${PRIVATE}-----\\n${one}\\n-----END ${PRIVATE}-----\\n"}`,
  ),
];

const URLS: readonly Leak[] = [
  ["postgres", "postgres://shop:%@db:5432/shop"],
  ["postgresql", "postgresql://shop:%@db.prod.svc:5432/shop?sslmode=disable"],
  ["mysql", "mysql://root:%@mysql/shop"],
  ["mongodb", "mongodb+srv://app:%@cluster0.example.net/test"],
  ["redis", "redis://:%@cache:6379/0"],
  ["rediss", "rediss://default:%@cache:6380"],
  ["amqp", "amqp://guest:%@rabbit:5672/%2f"],
  ["https", "https://alice:%@git.example.com/shop.git"],
  ["ftp", "ftp://alice:%@files.example.com"],
  ["jdbc", "jdbc:postgresql://db/shop?user=shop&password=%"],
  ["Go driver", "shop:%@tcp(db:3306)/shop"],
  ["signed URL", "https://s3.example.com/b?X-Amz-Signature=%"],
  ["SAS", "https://acc.blob.example.net/c?sv=2022&sig=%"],
  ["query token", "GET /login?user=a&access_token=% HTTP/1.1"],
].map(([name = "", text = ""]) => leak(`URL: ${name}`, "p4ssW0rd-x9Kq7", (one) => text.replace("%", one)));

const HOOKS: readonly Leak[] = [
  leak("token as user of a URL", MIX.slice(0, 40), (one) => `https://${one}@git.example.com/shop.git`),
  leak("Slack hook", `T000/B000/${MIX.slice(0, 24)}`, (one) => join("https://hooks.", "slack.com/services/", one)),
  leak("Discord hook", `12345/${MIX}`, (one) => join("https://discord", ".com/api/webhooks/", one)),
];

const NAMED: readonly Leak[] = [
  ["DB_PASSWORD=%"],
  ["PGPASSWORD=% psql -h db"],
  ["MYSQL_PWD=%"],
  ["password=%"],
  ["password: %"],
  ["passwd: '%'"],
  ['"password":"%"'],
  ['"password" : "%"'],
  ["{'password': '%'}"],
  ['{\\"password\\":\\"%\\"}'],
  ["passphrase=%"],
  ["pwd=%;"],
  ["Server=db;User Id=sa;Password=%;Encrypt=true"],
  ["AccountName=acc;AccountKey=%;EndpointSuffix=core.example.net"],
  ["Endpoint=sb://x/;SharedAccessKeyName=root;SharedAccessKey=%"],
  ["AWS_SECRET_ACCESS_KEY=%"],
  ["aws_secret_access_key = %"],
  ["AWS_SESSION_TOKEN=%"],
  ["api_key=%"],
  ["apiKey: %"],
  ["client_secret=%&grant_type=x"],
  ["CLIENT-SECRET: %"],
  ["secret_key_base: %"],
  ["DJANGO_SECRET_KEY='%'"],
  ["token=%"],
  ["access-token: %"],
  ["refreshToken=%"],
  ["id_token=%"],
  ["--password %"],
  ["--password=%"],
  ["--token % --verbose"],
  ["--db-password=%"],
  ["-u admin:% https://nexus.example.com"],
  ["--user admin:%"],
  ["ALTER USER shop IDENTIFIED BY '%'"],
  ["CREATE ROLE shop WITH PASSWORD '%'"],
  ["ENCRYPTION_KEY=%"],
  ["private_key: %"],
  ["credentials=%"],
  ["connectionString=%"],
  ["SENTRY_DSN=%"],
  ["JWT_SECRET=%"],
  ["//registry.example.com/:_authToken=%"],
  ['"auth":"%"'],
  ["session_id=%"],
  ["bearer_token: %"],
  ["signing-key=%"],
  ["webhookKey: %"],
  ["KEY1=a password=% KEY2=b"],
  ["err: login failed (password=%)"],
].map(([text = ""]) => leak(`named: ${text}`, "Tr0ub4dor-9fK2q", (one) => text.replace("%", one)));

/** Every shape of a secret that must not leave. */
export const LEAKS: readonly Leak[] = [...PROVIDERS, ...HEADERS, ...KEYS, ...MORE_KEYS, ...URLS, ...HOOKS, ...NAMED];

/** Texts of clusters that speak of secrets and hold none: they stay as they are. */
export const HARMLESS: readonly string[] = [
  'secret "db" not found',
  'configmap "settings" not found',
  "couldn't find key password in Secret shop/db",
  "couldn't find key DB_PASSWORD in ConfigMap shop/settings",
  'MountVolume.SetUp failed for volume "token" : secret "x" not found',
  'MountVolume.SetUp failed for volume "kube-api-access-q8v2c" : configmap "kube-root-ca.crt" not found',
  "references non-existent secret key: tls.crt",
  "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.",
  'secrets is forbidden: User "alice" cannot list resource "secrets" in API group "" in the namespace "shop"',
  'pods is forbidden: User "system:serviceaccount:shop:ci" cannot get resource "pods"',
  "failed to fetch token: unauthorized",
  "token: not found",
  'password authentication failed for user "shop"',
  "WRONGPASS invalid username-password pair or user is disabled.",
  "password: must be at least 8 characters",
  "Unauthorized: basic authentication is disabled",
  "no basic auth credentials",
  "bearer token expired",
  "Token has expired",
  "authorization: denied",
  'Failed to pull image "registry.example.com/shop/api:1.2.3": rpc error: code = NotFound',
  "registry.example.com/shop/api@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "pod api-7d9c8b6f54-q8v2c (uid 70b9ec47-3e91-41b9-a093-028c23c87075) was killed",
  "oom-kill:constraint=CONSTRAINT_MEMCG,task=java,pid=20221,uid=0",
  'Get "https://10.0.0.5:8080/healthz?verbose=true": dial tcp 10.0.0.5:8080: connect: connection refused',
  "Liveness probe failed: HTTP probe failed with statuscode: 500",
  "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available",
  "exceeded quota: q, requested: cpu=500m, used: cpu=0, limited: cpu=400m",
  "exceeded quota: q, requested: secrets=1, used: secrets=10, limited: secrets=10",
  'error looking up service account shop/ci: serviceaccount "ci" not found',
  "x509: certificate has expired or is not yet valid",
  "created token for service account ci",
  "spec.template.spec.volumes[0].secret.secretName: Required value",
  "volumeMounts[0].mountPath: /var/run/secrets/kubernetes.io/serviceaccount",
  "the projected service account token expires after 3607 seconds",
  "image app: shop/api:1 -> shop/api:2",
  "env[DB_HOST] app: db -> db2",
  "max_tokens=512 temperature=0.2",
  "secretName=db-credentials",
  "tokenPath=/var/run/token",
  "passwordFile: /etc/db/password",
  "PASSWORD_FILE=/run/secrets/db",
  "imagePullSecrets: regcred",
  "automountServiceAccountToken: false",
  "rotating keys: done in 3s",
  "ssh-rsa public key accepted for alice",
  "admin updated secrets shop/db",
  "Readiness probe failed: dial tcp 10.0.0.5:5432: i/o timeout",
  "token=$TOKEN",
  "password=***",
  "password=$(DB_PASSWORD)",
  "derived:/shop/Deployment/api",
  "2026-11-23T09:35:59.242155Z",
  "Created container: token-refresher",
  "Started container secret-sync",
  "http://vm:19090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
];
