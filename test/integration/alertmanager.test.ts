import { describe, expect, test } from "vitest";
import { openAlertmanagerSink } from "../../src/adapters/alertmanager/alertmanager-sink.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { findAlertmanager, startAlertmanager } from "../support/alertmanager.ts";
import { startAlertmanagerStandIn } from "../support/alertmanager-stand-in.ts";
import { startReceiver } from "../support/http-receiver.ts";
import { changeOf } from "../support/story-kit.ts";
import { until } from "../support/until.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const NOW = Date.parse("2026-03-01T11:00:00Z");
const NO_ALERTMANAGER = "no Alertmanager here (install prometheus-alertmanager, or set TAPIO_ALERTMANAGER)";

async function standIn() {
  const alertmanager = await startAlertmanagerStandIn();
  const clock = new VirtualClock(NOW);
  const trouble: string[] = [];
  const open = () =>
    openAlertmanagerSink({
      url: `${alertmanager.receiver.url}/am/`,
      clock,
      externalUrl: "https://tapio.example/",
      onTrouble: (message) => trouble.push(message),
    });
  return { alertmanager, clock, trouble, open, [Symbol.asyncDispose]: () => alertmanager[Symbol.asyncDispose]() };
}

test("an alert has the labels and annotations that people route and read by", async () => {
  await using world = await standIn();
  await using sink = world.open();
  const more = { actions: ["Raise the limit"], runbook: "https://example.com/oom", detail: "In detail" };
  await sink.deliver([changeOf("st_a", 1, "told", more)]);
  expect(world.alertmanager.alerts()).toEqual([
    {
      labels: {
        alertname: "oom",
        severity: "critical",
        category: "resource-pressure",
        rule: "memory/oom",
        namespace: "shop",
        kind: "Pod",
        name: "api-7f9",
        story: "st_a",
      },
      annotations: {
        summary: "Story st_a",
        description: "In detail",
        root_cause: "Pod shop/api-7f9 was OOM-killed",
        impact: "Service shop/api",
        actions: "Raise the limit",
        runbook_url: "https://example.com/oom",
        confidence: "1",
        status: "open",
        revision: "1",
      },
      startsAt: "2026-03-01T10:00:00.000Z",
      endsAt: "2026-03-01T11:04:00.000Z",
      generatorURL: "https://tapio.example/api/v1/stories/st_a",
    },
  ]);
});

test("posted again while the story is open, ended when it ends", async () => {
  await using world = await standIn();
  await using sink = world.open();
  await sink.deliver([changeOf("st_a"), changeOf("st_b")]);
  await sink.deliver([changeOf("st_b", 2, "retracted")]);
  const ends = () => Object.fromEntries(world.alertmanager.alerts().map((one) => [one.labels["story"], one.endsAt]));
  expect(ends()).toEqual({ st_a: "2026-03-01T11:04:00.000Z", st_b: "2026-03-01T11:00:00.000Z" });
  await world.clock.advance(60_000);
  await until("the repost", () => ends()["st_a"] === "2026-03-01T11:05:00.000Z");
  expect(ends()["st_b"]).toBe("2026-03-01T11:00:00.000Z");
  await sink.deliver([changeOf("st_a", 2, "resolved")]);
  await world.clock.advance(60_000);
  expect(ends()["st_a"]).toBe("2026-03-01T11:01:00.000Z");
});

test("where the labels change, the earlier alert ends", async () => {
  await using world = await standIn();
  await using sink = world.open();
  await sink.deliver([changeOf("st_a")]);
  await sink.deliver([changeOf("st_a", 2, "revised", { severity: "warning" })]);
  const alerts = world.alertmanager.alerts();
  expect(alerts.map(({ labels, endsAt }) => [labels["severity"], endsAt])).toEqual([
    ["critical", "2026-03-01T11:00:00.000Z"],
    ["warning", "2026-03-01T11:04:00.000Z"],
  ]);
});

test("alerts of an earlier run are found however many they are", async () => {
  await using world = await standIn();
  const ids = Array.from({ length: 600 }, (_, at) => `st_${at}`);
  {
    await using earlier = world.open();
    await earlier.deliver(ids.map((id) => changeOf(id, 1, "told", { detail: "word ".repeat(500) })));
  }
  await world.clock.advance(120_000);
  await using later = world.open();
  await later.deliver([changeOf("st_0", 2, "resolved")]);
  const endOf = (story: string) => world.alertmanager.alerts().find(({ labels }) => labels["story"] === story)?.endsAt;
  expect(endOf("st_0")).toBe("2026-03-01T11:02:00.000Z");
  await until("the repost", () => endOf("st_599") === "2026-03-01T11:06:00.000Z");
});

test("alerts of an earlier run are kept alive for a while, and ended when their stories end", async () => {
  await using world = await standIn();
  {
    await using sink = world.open();
    await sink.deliver([changeOf("st_a"), changeOf("st_b")]);
  }
  await world.clock.advance(120_000);
  await using sink = world.open();
  const endOf = (story: string) => world.alertmanager.alerts().find(({ labels }) => labels["story"] === story)?.endsAt;
  await until("the repost", () => endOf("st_b") === "2026-03-01T11:06:00.000Z");
  await sink.deliver([changeOf("st_a", 2, "resolved")]);
  expect(endOf("st_a")).toBe("2026-03-01T11:02:00.000Z");
});

test("while it is away, posting again is tried later", async () => {
  await using world = await standIn();
  await using sink = world.open();
  await sink.deliver([changeOf("st_a")]);
  world.alertmanager.away = true;
  await world.clock.advance(60_000);
  await until("the trouble", () => world.trouble[0]);
  expect(world.trouble[0]).toContain("answered 503: away");
  world.alertmanager.away = false;
  await world.clock.advance(60_000);
  await until("the repost", () => world.alertmanager.alerts()[0]?.endsAt === "2026-03-01T11:06:00.000Z");
});

test.for([
  ["2026-03-01T10:00:00,5Z", "2026-03-01T10:00:00.500Z"],
  ["2026-03-01T09:59:60Z", "2026-03-01T10:00:00.000Z"],
] as const)("a cause at %s has an alert", async ([time, startsAt]) => {
  await using world = await standIn();
  await using sink = world.open();
  const { rootCause } = changeOf("st_a").story;
  await sink.deliver([changeOf("st_a", 1, "told", { rootCause: { ...rootCause, time } })]);
  expect(world.alertmanager.alerts()[0]?.startsAt).toBe(startsAt);
});

test("a story whose cause lies in the future of this clock still has an alert", async () => {
  await using world = await standIn();
  await using sink = world.open();
  const { story } = changeOf("st_a");
  const rootCause = { ...story.rootCause, time: "2026-03-01T12:00:00.000Z" };
  await sink.deliver([changeOf("st_a", 1, "told", { rootCause })]);
  await sink.deliver([changeOf("st_a", 2, "resolved", { rootCause })]);
  expect(world.alertmanager.alerts()[0]?.startsAt).toBe("2026-03-01T11:00:00.000Z");
});

describe("a real Alertmanager", () => {
  test("fires, keeps and ends the alert of a story", async (context) => {
    const program = findAlertmanager();
    if (program === undefined) return context.skip(NO_ALERTMANAGER);
    await using hook = await startReceiver();
    await using alertmanager = await startAlertmanager(program, hook.url);
    await using sink = openAlertmanagerSink({ url: alertmanager.url, clock: systemClock, repostMs: 100 });
    const heard = (status: string) =>
      hook.received
        .map(({ body }) => JSON.parse(body))
        .flatMap(({ alerts }) => alerts)
        .find((alert) => alert.status === status && alert.labels.story === "st_a");
    await sink.deliver([changeOf("st_a"), changeOf("st_b", 1, "told", { severity: "error" })]);
    expect(await until("the alert", () => heard("firing"))).toMatchObject({
      labels: { alertname: "oom", namespace: "shop", severity: "critical" },
      annotations: { summary: "Story st_a" },
    });
    const [first] = await alertmanager.alerts();
    // Alerts live 400 ms here: that it is still there with a later end shows that it was posted again.
    await until("the repost", async () =>
      (await alertmanager.alerts()).some(({ endsAt }) => (first?.endsAt ?? "") < endsAt),
    );
    await sink.deliver([changeOf("st_a", 2, "resolved")]);
    await until("the end", () => heard("resolved"));
    await until("what is left", async () =>
      (await alertmanager.alerts()).every(({ labels }) => labels["story"] === "st_b"),
    );
    // Another run finds what is open there, and can end it.
    await sink[Symbol.asyncDispose]();
    await using later = openAlertmanagerSink({ url: alertmanager.url, clock: systemClock });
    await later.deliver([changeOf("st_b", 2, "resolved", { severity: "warning" })]);
    await until("nothing left", async () => (await alertmanager.alerts()).length === 0);
  });
});
