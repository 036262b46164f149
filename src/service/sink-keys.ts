import { list, type Setting, text, webAddress, webAddresses, wholeNumber, yesOrNo } from "./setting.ts";

/** Settings about where stories go besides NATS, and about loading rules anew. */
export interface SinkSettings {
  /** Follows changes of the rules' files. */
  readonly "reload.watch": boolean;
  readonly "http.externalUrl": string | undefined;
  /** New stories of one rule that notifiers get in five minutes. */
  readonly "notify.storiesMax": number;
  readonly "file.path": string | undefined;
  readonly "file.bytesMax": number | undefined;
  readonly "webhook.url": string | undefined;
  readonly "webhook.secret": string | undefined;
  readonly "webhook.allow": readonly string[];
  readonly "alertmanager.url": readonly string[];
  readonly "slack.channel": string | undefined;
  readonly "slack.token": string | undefined;
  readonly "slack.tokenFile": string | undefined;
  readonly "slack.url": string | undefined;
  /** Keeps a Kubernetes Event for each story. */
  readonly "kubernetes.events": boolean;
  readonly "kubernetes.url": string | undefined;
  readonly "kubernetes.tokenFile": string | undefined;
  readonly "kubernetes.caFile": string | undefined;
}

/** These settings, in the order in which `config show` prints them. */
export const SINK_SETTINGS: { readonly [Key in keyof SinkSettings]: Setting<SinkSettings[Key]> } = {
  "reload.watch": yesOrNo("reload-watch", "TAPIO_RELOAD_WATCH", true),
  "http.externalUrl": webAddress("external-url", "TAPIO_HTTP_EXTERNAL_URL"),
  "notify.storiesMax": wholeNumber("notify-stories-max", "TAPIO_NOTIFY_STORIES_MAX", 10),
  "file.path": text("file", "TAPIO_FILE_PATH"),
  "file.bytesMax": {
    flag: "file-bytes-max",
    env: "TAPIO_FILE_BYTES_MAX",
    fallback: undefined,
    read: ([count = ""]) => (/^[1-9]\d{3,14}$/.test(count) ? { value: Number(count) } : "a whole number from 1000"),
    show: (count) => (count === undefined ? "" : String(count)),
  },
  "webhook.url": webAddress("webhook", "TAPIO_WEBHOOK_URL"),
  "webhook.secret": { ...text("webhook-secret", "TAPIO_WEBHOOK_SECRET"), secret: true },
  "webhook.allow": {
    ...list("webhook-allow", "TAPIO_WEBHOOK_ALLOW"),
    read: (texts) => {
      const networks = texts.flatMap((one) => one.split(",")).map((one) => one.trim());
      const shaped = networks.every((one) => /^[0-9a-f.:]+(\/\d{1,3})?$/i.test(one));
      return shaped ? { value: networks } : "networks such as 10.0.0.0/8";
    },
  },
  "alertmanager.url": webAddresses("alertmanager", "TAPIO_ALERTMANAGER_URL"),
  "slack.channel": {
    ...text("slack-channel", "TAPIO_SLACK_CHANNEL"),
    read: ([id = ""]) => (/^[A-Z0-9]{5,}$/.test(id) ? { value: id } : "a channel's ID such as C0123456789"),
  },
  "slack.token": { ...text("slack-token", "TAPIO_SLACK_TOKEN"), secret: true },
  "slack.tokenFile": text("slack-token-file", "TAPIO_SLACK_TOKEN_FILE"),
  "slack.url": webAddress("slack-url", "TAPIO_SLACK_URL"),
  "kubernetes.events": yesOrNo("kubernetes-events", "TAPIO_KUBERNETES_EVENTS", false),
  "kubernetes.url": webAddress("kubernetes-url", "TAPIO_KUBERNETES_URL"),
  "kubernetes.tokenFile": text("kubernetes-token-file", "TAPIO_KUBERNETES_TOKEN_FILE"),
  "kubernetes.caFile": text("kubernetes-ca-file", "TAPIO_KUBERNETES_CA_FILE"),
};
