import { type HttpReceiver, startReceiver } from "./http-receiver.ts";

interface AlertPosted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Takes alerts as Alertmanager's API v2 does, and never forgets one. */
export interface AlertmanagerStandIn extends AsyncDisposable {
  readonly receiver: HttpReceiver;
  /** Each alert as it was posted last. */
  alerts(): readonly AlertPosted[];
  /** Answers 503 from now on, or no longer. */
  away: boolean;
}

/** Starts one on the loopback. */
export async function startAlertmanagerStandIn(): Promise<AlertmanagerStandIn> {
  const alerts = new Map<string, AlertPosted>();
  const receiver = await startReceiver(({ method, path, body }) => {
    if (standIn.away) return { status: 503, body: "away" };
    if (!path.startsWith("/am/api/v2/alerts")) return { status: 404 };
    if (method === "GET") return { status: 200, body: JSON.stringify([...alerts.values()]) };
    const posted: readonly AlertPosted[] = JSON.parse(body);
    for (const alert of posted) {
      if (Date.parse(alert.endsAt) < Date.parse(alert.startsAt)) return { status: 400, body: "start after end" };
      alerts.set(JSON.stringify(alert.labels), alert);
    }
    return { status: 200 };
  });
  const standIn: AlertmanagerStandIn = {
    receiver,
    alerts: () => [...alerts.values()],
    away: false,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
  return standIn;
}
