import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPackSource } from "../../../src/adapters/file/pack-source.ts";
import { DEMO_PACK } from "../../support/demo-pack.ts";

const OVERLAY = `apiVersion: tapio.dev/v1
kind: RuleOverlay
metadata: { name: shop, owner: team-shop }
patches:
  - rule: demo/oom
    except: [ { where: { entity.namespace: batch }, until: 2026-03-01, why: it is sized to be killed } ]
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapio-overlays-"));
  await writeFile(join(folder, "demo.yaml"), DEMO_PACK);
  await writeFile(join(folder, "shop.yaml"), OVERLAY);
});
afterAll(() => rm(folder, { recursive: true }));

async function load(today: string) {
  const { rules, findings } = await openPackSource({ paths: [folder], today }).load({});
  return { digest: rules.digest, where: rules.rules[0]?.steps[0]?.where, codes: findings.map(({ code }) => code) };
}

test("an overlay among the files is laid over its pack, until its day is over", async () => {
  const [before, after] = [await load("2026-03-01"), await load("2026-03-02")];
  expect([before.codes, after.codes]).toEqual([[], ["TAP254"]]);
  expect(before.where).toBeDefined();
  expect(after.where).toBeUndefined();
  expect(before.digest).not.toBe(after.digest);
});

test("without a day of the caller's it is the machine's", async () => {
  await writeFile(join(folder, "shop.yaml"), OVERLAY.replace("2026-03-01", "2020-01-01"));
  const { findings } = await openPackSource({ paths: [folder] }).load({});
  expect(findings.map(({ code }) => code)).toEqual(["TAP254"]);
});
