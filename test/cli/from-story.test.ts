import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Story } from "../../src/core/model/story.ts";
import { natsServerAvailable } from "../support/nats-server.ts";
import { SEED_PACK } from "../support/seed-pack.ts";
import { incident, startStream } from "./event-stream.ts";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const KEY = "seed/oom-service-disruption";

function lines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

async function storiesOf(file: string, ...rules: string[]): Promise<Story[]> {
  return JSON.parse((await tapio(["eval", file, "-o", "json", ...rules])).out) as Story[];
}

function idOf(stories: readonly Story[]): string {
  return stories.find(({ rule }) => `${rule.pack}/${rule.id}` === KEY)?.id ?? "none";
}

describe("test --from-story", () => {
  test("a story of recorded events becomes a case that passes, of what it was told of alone", {
    timeout: 60_000,
  }, async () => {
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "a.ndjson": lines(incident()) });
    const rules = ["--rules", folder.path("pack.yaml")];
    const id = idOf(await storiesOf(folder.path("a.ndjson"), ...rules));
    const out = folder.path("new.test.yaml");
    const made = await tapio(["test", "--from-story", id, folder.path("a.ndjson"), ...rules, "--out", out]);
    expect(made).toMatchObject({ code: 0, out: "", err: expect.stringContaining("a case of 4 events, which passes") });
    const text = await readFile(out, "utf8");
    expect(parse(text)).toMatchObject({
      packs: ["pack.yaml"],
      cases: [
        {
          name: `Service disruption due to memory pressure (${id})`,
          events: [{ id: "e1", at: "0s" }, { at: "5s" }, { at: "10s" }, { at: "15s", source: "network" }],
          expect: { stories: [{ rule: KEY, bound: { oom: ["e2"], gone: ["e4"] }, confidence: 1 }] },
          probes: "auto",
        },
      ],
    });
    expect(await tapio(["test", out])).toMatchObject({ code: 0, out: expect.stringContaining("1 passed") });
    // The case is about the rule: without the rule's bound it fails.
    const loose = SEED_PACK.replace("type: k8s.pod.oomkilled, role: cause", "type: k8s.pod.*, role: evidence");
    await using other = await temporaryFolder({ "pack.yaml": loose, "new.test.yaml": text });
    expect((await tapio(["test", other.path("new.test.yaml")])).code).toBe(1);
    const again = await tapio(["test", "--from-story", id, folder.path("a.ndjson"), ...rules, "--out", out]);
    expect(again).toMatchObject({ code: 3, err: expect.stringContaining("is there already") });
  });

  test("--redact: a case that passes and names nobody", { timeout: 60_000 }, async () => {
    const named = SEED_PACK.replace("summary: Service", 'summary: "{{ oom.entity.name }}: service');
    const pack = named.replace(/(summary: "\{\{[^\n]*)/, '$1"');
    const events = incident().map((event) => ({ ...event, id: `shop-${event["id"]}` }));
    await using folder = await temporaryFolder({ "pack.yaml": pack, "a.ndjson": lines(events) });
    const rules = ["--rules", folder.path("pack.yaml")];
    const stories = await storiesOf(folder.path("a.ndjson"), ...rules);
    const id = idOf(stories);
    expect(JSON.stringify(stories)).toContain("api-7f9");
    const out = folder.path("new.test.yaml");
    const make = (key: string, ...more: string[]) =>
      tapio(["test", "--from-story", id, folder.path("a.ndjson"), ...rules, "--redact", ...more], {
        env: { TAPIO_REDACT_KEY: key },
      });
    expect(await make("one", "--out", out)).toMatchObject({ code: 0, err: expect.stringContaining("of 4 events") });
    const text = await readFile(out, "utf8");
    for (const name of ["shop", "api-7f9", "abc123", id]) expect(text).not.toContain(name);
    expect(parse(text)).toMatchObject({
      cases: [
        {
          name: expect.stringMatching(/^\S+: service disruption/),
          events: [{ id: "e1", at: "0s" }, { type: "k8s.pod.oomkilled" }, {}, {}],
          expect: { stories: [{ rule: KEY, bound: { oom: ["e2"], gone: ["e4"] } }] },
        },
      ],
    });
    expect((await tapio(["test", out])).code).toBe(0);
    const other = await make("");
    expect(other.err).toContain("TAPIO_REDACT_KEY gives the same each time");
    expect(parse(other.out).cases).not.toEqual(parse(text).cases);
    expect(await tapio(["test", out, "--redact"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("--redact needs --from-story"),
    });
  });

  test("every story of a recorded incident, with long ids, and derived traces", { timeout: 60_000 }, async () => {
    const fixture = "rules/configuration-changes/fixtures/key-removed.ndjson";
    const stories = await storiesOf(fixture);
    expect(stories.length).toBeGreaterThan(0);
    for (const { id, bound } of stories) {
      const made = await tapio(["test", "--from-story", id, fixture]);
      expect(made).toMatchObject({ code: 0, err: expect.stringContaining("which passes") });
      const [one] = (parse(made.out) as { cases: { events: { id: string }[] }[] }).cases;
      expect(one?.events.map((event) => event.id)).toContain("e1");
      expect(one?.events.length).toBeGreaterThanOrEqual(new Set(Object.values(bound).flat()).size);
    }
  });

  test("the engine's bounds go into the case", async () => {
    const far = incident().map((event, at) => ({ ...event, time: `2026-03-01T10:0${3 * at > 9 ? 9 : 3 * at}:00Z` }));
    const wide = SEED_PACK.replace("within: 5m", "within: 9m");
    await using folder = await temporaryFolder({ "pack.yaml": wide, "a.ndjson": lines(far) });
    const bounds = ["--rules", folder.path("pack.yaml"), "--correlation-window", "10m"];
    const id = idOf(await storiesOf(folder.path("a.ndjson"), ...bounds));
    const { out } = await tapio(["test", "--from-story", id, folder.path("a.ndjson"), ...bounds]);
    expect(parse(out)).toMatchObject({ cases: [{ engine: { correlationWindow: "10m" } }] });
  });

  test("a story in a file of stories; what cannot be a case is refused, and why", { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "a.ndjson": lines(incident()) });
    const rules = ["--rules", folder.path("pack.yaml")];
    const stories = await storiesOf(folder.path("a.ndjson"), ...rules);
    const id = idOf(stories);
    await using more = await temporaryFolder({
      "stories.ndjson": lines(stories),
      "less.ndjson": lines(incident().slice(0, 3)),
    });
    const given = ["test", "--from-story", id, ...rules, "--stories", more.path("stories.ndjson")];
    expect((await tapio([...given, folder.path("a.ndjson")])).code).toBe(0);
    const refused = async (...argv: string[]): Promise<string> => {
      const { code, err, out } = await tapio(argv);
      expect({ code, out }).toEqual({ code: 3, out: "" });
      return err;
    };
    expect(await refused(...given, more.path("less.ndjson"))).toContain(
      "the rules do not tell it of them; gone: no-event: there is no event of type network.endpoint.removed in trace",
    );
    expect(await refused("test", "--from-story", "st_1", folder.path("a.ndjson"))).toContain("tell no story st_1");
    expect(await refused("test", "--from-story", "x")).toContain("is not the id of a story");
    expect(await refused("test", "--from-story", id)).toContain("missing --nats");
    expect(await refused("test", "--url", "http://127.0.0.1:1")).toContain("--url needs --from-story");
    expect(await refused("test", "--stream", "S")).toContain("--stream needs --from-story");
    expect(await refused("test", "--from-story", id, "--coverage")).toContain("cannot be used with");
  });

  test.skipIf(!natsServerAvailable())("a story of a stream", async () => {
    await using stream = await startStream(incident());
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK, "a.ndjson": lines(incident()) });
    const rules = ["--rules", folder.path("pack.yaml")];
    const tapped = folder.path("tapped.ndjson");
    await tapio(["tap", ...stream.argv, "--since", "1h", "--until", "0s", "--out", tapped]);
    const [story] = await storiesOf(tapped, ...rules);
    await stream.publish(`tapio.stories.${story?.id}`, story);
    const out = folder.path("new.test.yaml");
    const made = await tapio(["test", "--from-story", String(story?.id), ...stream.argv, ...rules, "--out", out]);
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining("a case of 4 events") });
    expect((await tapio(["test", out])).code).toBe(0);
    await expect.poll(() => stream.consumers()).toEqual([]);
  });
});
