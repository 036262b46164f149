import { type Command, Option } from "commander";
import type { Config } from "../service/config.ts";
import { SETTINGS, type SettingKey } from "../service/config-keys.ts";
import { openConfigFile } from "./compose.ts";
import type { Shell } from "./shell.ts";

/** How each setting's flag reads in `--help`. */
const FLAGS: Readonly<Record<SettingKey, readonly [argument: string, description: string]>> = {
  "nats.url": ["<url>", "address of the NATS server, or several with commas between"],
  "nats.stream": ["<name>", "JetStream stream to read"],
  "nats.subjects": ["<subject...>", "subjects to read; all of the stream's if left out"],
  "nats.creds": ["<file>", "credentials file"],
  "nats.user": ["<name>", "user name"],
  "nats.password": ["<password>", "password"],
  "nats.token": ["<token>", "token"],
  "nats.start": ["<where>", "where to begin without a checkpoint: all, new, or an RFC 3339 time"],
  "nats.replicas": ["<count>", "servers of a cluster that keep the streams which are made: 1, 3 or 5"],
  "checkpoint.path": ["<file>", "keep the place in the stream in this local file instead of in JetStream"],
  rules: ["<path...>", "rule packs, files or folders; those that ship if left out"],
  correlationWindow: ["<duration>", "a window closes when quiet for this long"],
  maxWindow: ["<duration>", "a window closes this long after it opened"],
  minEvents: ["<count>", "windows with fewer events are not looked at"],
  "limits.eventBytes": ["<bytes>", "a longer event is dead-lettered"],
  "limits.openWindows": ["<count>", "windows open at once; over it the one idle longest closes early"],
  "limits.windowEvents": ["<count>", "events held in a window; the middle of more is counted only"],
  "limits.stateBytes": ["<bytes>", "what open windows hold; over it the one idle longest closes early"],
  "http.listen": ["<address>", "HOST:PORT of the HTTP server"],
  "log.level": ["<level>", "what to log: debug, info, warn, error, silent"],
  "reload.watch": ["<boolean>", "follow changes of the rules' files: true or false"],
  "http.externalUrl": ["<url>", "address at which people reach this API, for links"],
  "notify.storiesMax": ["<count>", "new stories of one rule that notifiers get in five minutes"],
  "file.path": ["<file>", "append each story to this file"],
  "file.bytesMax": ["<bytes>", "put the file aside when it has grown to this size"],
  "webhook.url": ["<url>", "post each story there"],
  "webhook.secret": ["<secret>", "signs what is posted"],
  "webhook.allow": ["<network...>", "networks that may be posted to although they are not public"],
  "alertmanager.url": ["<url...>", "Alertmanagers to keep an alert for each open story in"],
  "slack.channel": ["<id>", "Slack channel to keep a message for each story in"],
  "slack.token": ["<token>", "Slack bot token"],
  "slack.tokenFile": ["<file>", "file with the Slack bot token"],
  "slack.url": ["<url>", "another server that speaks Slack's Web API"],
  "kubernetes.events": ["<boolean>", "keep a Kubernetes Event for each story: true or false"],
  "kubernetes.url": ["<url>", "API server to keep them in; that of the cluster it runs in if left out"],
  "kubernetes.tokenFile": ["<file>", "file with the token for it"],
  "kubernetes.caFile": ["<file>", "file with the certificates that it must have"],
};

/** All settings, in the order of `config show`. */
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** Settings that say how to correlate. */
export const CORRELATION_KEYS: readonly SettingKey[] = [
  "rules",
  "correlationWindow",
  "maxWindow",
  "minEvents",
  "limits.openWindows",
  "limits.windowEvents",
];

type FlagValues = Readonly<Record<string, string | string[] | undefined>>;

/** Adds the flags of these settings to a command, and `--config`. */
export function addSettings(command: Command, keys: readonly SettingKey[]): Command {
  command.option("--config <file>", "configuration file; tapio.yaml in the working folder if there is one");
  for (const key of keys) {
    const [argument, description] = FLAGS[key];
    const setting = SETTINGS[key] as { readonly env: string; readonly flag: string; readonly secret?: true };
    const option = new Option(`--${setting.flag} ${argument}`, `${description} (env ${setting.env})`);
    // A secret given by a flag is refused, with a better way to give it.
    command.addOption(option.hideHelp(setting.secret === true));
  }
  return command;
}

/** The settings in force for a command that has the flags of `keys`. Throws `ConfigError`. */
export async function readSettings(options: object, keys: readonly SettingKey[], shell: Shell): Promise<Config> {
  const values = options as FlagValues;
  const named = values["config"];
  const file = await openConfigFile(typeof named === "string" ? named : undefined);
  const flags = Object.fromEntries(keys.map((key) => [key, values[camelCase(SETTINGS[key].flag)]]));
  const { resolveConfig } = await import("../service/config.ts");
  return resolveConfig({ flags, env: shell.env, file });
}

/** The flags of these settings that were given. */
export function givenFlags(options: object, keys: readonly SettingKey[]): string[] {
  const values = options as FlagValues;
  const flags = ["config", ...keys.map((key) => SETTINGS[key].flag)];
  return flags.filter((flag) => values[camelCase(flag)] !== undefined).map((flag) => `--${flag}`);
}

/** The name under which commander keeps an option's value. */
function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}
