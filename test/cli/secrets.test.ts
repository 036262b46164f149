import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { startReceiver } from "../support/http-receiver.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { SEED_PACK } from "../support/seed-pack.ts";
import { tapio } from "./in-process.ts";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

// Credentials come by file or environment, and show nowhere: not in logs, errors, status or settings.

const SECRET = "s3cr3t-w0rd";

/** Every place at which a secret may be given, rightly or wrongly. */
const PLACES: readonly { name: string; env: Record<string, string>; argv?: readonly string[] }[] = [
  { name: "a password", env: { TAPIO_NATS_USER: "me", TAPIO_NATS_PASSWORD: SECRET } },
  { name: "a token", env: { TAPIO_NATS_TOKEN: SECRET } },
  { name: "a password in an address", env: { TAPIO_NATS_URL: `nats://me:${SECRET}@127.0.0.1:1` } },
  { name: "one of several addresses", env: { TAPIO_NATS_URL: `nats://127.0.0.1:1, nats://me:${SECRET}@127.0.0.1:1` } },
  { name: "a token in an address", env: { TAPIO_NATS_URL: `${SECRET}@127.0.0.1:1` } },
  { name: "a password with an @ in it", env: { TAPIO_NATS_URL: `nats://me:x@${SECRET}@127.0.0.1:1` } },
  { name: "a password with a slash in it", env: { TAPIO_NATS_URL: `nats://me:x/${SECRET}@127.0.0.1:1` } },
  { name: "a password with a colon in it", env: { TAPIO_NATS_URL: `nats://me:x:${SECRET}@127.0.0.1:1` } },
  { name: "a password that looks encoded", env: { TAPIO_NATS_URL: `nats://me:%zz${SECRET}@127.0.0.1:1` } },
  { name: "the webhook's secret", env: { TAPIO_WEBHOOK_SECRET: SECRET, TAPIO_WEBHOOK_URL: "https://h/x" } },
  { name: "a password in the webhook's address", env: { TAPIO_WEBHOOK_URL: `https://me:x@${SECRET}@h/x` } },
  { name: "a key in the webhook's address", env: { TAPIO_WEBHOOK_URL: `https://h/x?key=${SECRET}` } },
  { name: "a webhook's address that is none", env: { TAPIO_WEBHOOK_URL: `ftp://me:${SECRET}@h/x` } },
  { name: "an Alertmanager's address", env: { TAPIO_ALERTMANAGER_URL: `http://a,http://me:${SECRET}@b` } },
  { name: "Slack's token", env: { TAPIO_SLACK_TOKEN: SECRET, TAPIO_SLACK_CHANNEL: "C0123456789" } },
  { name: "a secret given by a flag", env: {}, argv: ["--nats-password", SECRET] },
];

test.for(PLACES)(
  "$name shows neither in `config show` nor in what `run` complains about",
  async ({ env, argv = [] }) => {
    for (const form of ["text", "json"]) {
      const shown = await tapio(["config", "show", "-o", form, ...argv], { env });
      expect(shown.out + shown.err).not.toContain(SECRET);
      expect(shown.out + shown.err).not.toBe("");
    }
    await using rules = await temporaryFolder({ "seed.yaml": SEED_PACK });
    const all = {
      TAPIO_RULES: rules.path("seed.yaml"),
      TAPIO_NATS_URL: "nats://127.0.0.1:1",
      TAPIO_NATS_STREAM: "T",
      TAPIO_HTTP_LISTEN: "0",
      ...env,
    };
    const { code, out, err } = await tapio(["run", ...argv], { env: all });
    expect(code).toBe(3);
    expect(err).toMatch(/cannot connect|must be|everybody on this machine/);
    expect(out + err).not.toContain(SECRET);
  },
);

test("a configuration file that cannot be read as YAML quotes none of it", async () => {
  for (const line of [
    `password: *${SECRET}`,
    `password: @${SECRET}`,
    `password: "${SECRET}`,
    `password: a: ${SECRET}`,
  ]) {
    await using folder = await temporaryFolder({ "t.yaml": `nats:\n  ${line}\n` });
    const { code, err } = await tapio(["config", "show", "--config", folder.path("t.yaml")]);
    expect(code).toBe(3);
    expect(err).toMatch(/t\.yaml:\d+: \S/);
    expect(err).not.toContain(SECRET);
  }
});

describe.skipIf(!natsServerAvailable())("with a real server", () => {
  test.for([
    { name: "a wrong password", env: { TAPIO_NATS_USER: "me", TAPIO_NATS_PASSWORD: SECRET } },
    { name: "credentials that cannot be read", env: {}, creds: `-----BEGIN NATS USER JWT-----\n${SECRET}\n` },
  ])("$name: exits with 3, says what to check, and not what it was", { timeout: 30_000 }, async ({ env, creds }) => {
    await using server = await startNatsServer({ config: 'authorization: { user: "me", password: "right" }\n' });
    await using folder = await temporaryFolder({ "engine.creds": creds ?? "" });
    const file: Record<string, string> = creds === undefined ? {} : { TAPIO_NATS_CREDS: folder.path("engine.creds") };
    const argv = ["run", "--nats", server.url, "--stream", "TAPIO", "--listen", "127.0.0.1:0"];
    await using program = startProgram(argv, { ...env, ...file });
    expect(await program.ended).toBe(3);
    expect(program.err()).toMatch(/check the credentials|engine\.creds/);
    expect(program.err() + program.out()).not.toContain(SECRET);
  });

  test("while it works: not in the log at its finest, not in status, metrics and stories", {
    timeout: 60_000,
  }, async () => {
    await using server = await startNatsServer({ config: `authorization: { user: "me", password: "${SECRET}" }\n` });
    const connection = await connect({ servers: server.url, user: "me", pass: SECRET });
    await (await jetstreamManager(connection)).streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
    await connection.close();
    await using refusing = await startReceiver(() => ({ status: 401, body: "no" }));
    const env = {
      TAPIO_NATS_URL: server.url.replace("//", `//me:${SECRET}@`),
      TAPIO_WEBHOOK_URL: `${refusing.url.replace("//", `//me:${SECRET}@`)}/hook?key=${SECRET}`,
      TAPIO_WEBHOOK_SECRET: SECRET,
      TAPIO_WEBHOOK_ALLOW: "127.0.0.0/8",
      TAPIO_LOG_LEVEL: "debug",
    };
    await using program = startProgram(["run", "--stream", "TAPIO", "--listen", "127.0.0.1:0", "-o", "ndjson"], env);
    const [, url = ""] = await program.sees(/serving (http:\S+)/);
    await program.sees(/caught up with the stream; ready/);
    const pages = await Promise.all(
      ["api/v1/status", "metrics", "readyz", "api/v1/stories"].map(async (path) =>
        (await fetch(`${url}/${path}`)).text(),
      ),
    );
    // The client is told to come again, and is refused: that is said without its password.
    await server.stop();
    await program.sees(/lost the connection to NATS/);
    program.signal("SIGTERM");
    await program.ended;
    expect(pages.join() + program.out() + program.err()).not.toContain(SECRET);
    expect(pages[0]).toContain("webhook:127.0.0.1");
  });
});
