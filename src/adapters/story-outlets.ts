import { readFile } from "node:fs/promises";
import type { Clock } from "../ports/clock.ts";
import { type Sink, SinkError } from "../ports/sink.ts";
import { openAlertmanagerSink } from "./alertmanager/alertmanager-sink.ts";
import { openStoryFile } from "./file/story-file.ts";
import { apiAccess } from "./kubernetes/api-access.ts";
import { openKubernetesEventSink } from "./kubernetes/event-sink.ts";
import { openSlackSink } from "./slack/slack-sink.ts";
import { openWebhookSink } from "./webhook/webhook-sink.ts";

/** The settings that say where stories go, besides NATS. */
export interface OutletSettings {
  readonly "file.path": string | undefined;
  readonly "file.bytesMax": number | undefined;
  readonly "webhook.url": string | undefined;
  readonly "webhook.secret": string | undefined;
  readonly "webhook.allow": readonly string[];
  /** One sink each: every Alertmanager of a cluster is told. */
  readonly "alertmanager.url": readonly string[];
  readonly "slack.channel": string | undefined;
  readonly "slack.token": string | undefined;
  readonly "slack.tokenFile": string | undefined;
  readonly "slack.url": string | undefined;
  readonly "kubernetes.events": boolean;
  readonly "kubernetes.url": string | undefined;
  readonly "kubernetes.tokenFile": string | undefined;
  readonly "kubernetes.caFile": string | undefined;
  /** Address at which people reach tapio's own API. */
  readonly "http.externalUrl": string | undefined;
}

/** A sink, how it is served, and how much it takes at once. */
export interface StoryOutlet {
  readonly sink: Sink;
  readonly kind: "stream" | "notifier";
  readonly batchMax?: number;
}

/** The sinks opened; disposing of them closes them all. */
export interface StoryOutlets extends AsyncDisposable {
  readonly outlets: readonly StoryOutlet[];
}

/** A webhook posts so many at the same time; more would not fit into its five seconds. */
const WEBHOOK_BATCH_MAX = 8;
/** An Event may take three requests. */
const KUBERNETES_BATCH_MAX = 4;

/**
 * Opens every sink that the settings ask for. Throws a `RangeError` where a setting cannot be used, and
 * `SinkError` where a file cannot be had; servers are not asked before the first story.
 */
export async function openStoryOutlets(
  settings: OutletSettings,
  { clock, onTrouble }: { readonly clock: Clock; readonly onTrouble: (message: string) => void },
): Promise<StoryOutlets> {
  const outlets: StoryOutlet[] = [];
  const { "file.path": path, "file.bytesMax": bytesMax, "http.externalUrl": externalUrl } = settings;
  const opened = {
    outlets,
    async [Symbol.asyncDispose]() {
      for (const { sink } of outlets) await sink[Symbol.asyncDispose]();
    },
  };
  try {
    if (path !== undefined) outlets.push({ sink: await openStoryFile({ path, bytesMax }), kind: "stream" });
    const url = settings["webhook.url"];
    if (url !== undefined) {
      const { "webhook.secret": secret, "webhook.allow": allowNetworks } = settings;
      const sink = openWebhookSink({ url, secret, allowNetworks });
      outlets.push({ sink, kind: "notifier", batchMax: WEBHOOK_BATCH_MAX });
    }
    for (const one of settings["alertmanager.url"]) {
      const sink = openAlertmanagerSink({ url: one, clock, externalUrl, onTrouble });
      outlets.push({ sink, kind: "notifier" });
    }
    const channel = settings["slack.channel"];
    if (channel !== undefined) {
      const sink = openSlackSink({ channel, token: tokenOf(settings), url: settings["slack.url"], onTrouble });
      outlets.push({ sink, kind: "notifier", batchMax: 1 });
    }
    if (settings["kubernetes.events"]) {
      const { "kubernetes.url": server, "kubernetes.tokenFile": tokenFile, "kubernetes.caFile": caFile } = settings;
      const sink = openKubernetesEventSink(await apiAccess({ url: server, tokenFile, caFile }, process.env));
      outlets.push({ sink, kind: "notifier", batchMax: KUBERNETES_BATCH_MAX });
    }
    return opened;
  } catch (cause) {
    await opened[Symbol.asyncDispose]();
    throw cause;
  }
}

/** A token from the settings, or from a file that is read each time: it may be changed while we run. */
function tokenOf({ "slack.token": token, "slack.tokenFile": file }: OutletSettings): () => Promise<string> {
  if (token !== undefined) return async () => token;
  if (file === undefined) throw new RangeError("slack.channel needs slack.token or slack.tokenFile");
  return async () => {
    try {
      return (await readFile(file, "utf8")).trim();
    } catch (cause) {
      throw new SinkError(`the token file ${file} cannot be read`, { cause, retryable: true });
    }
  };
}
