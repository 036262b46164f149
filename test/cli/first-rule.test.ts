import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const PAGE = readFileSync(new URL("../../docs/first-rule.md", import.meta.url), "utf8");

test("the first rule of docs/first-rule.md, its test and what is added to it pass, and leave nothing out", async () => {
  const [pack = "", cases = "", more = ""] = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block);
  await using folder = await temporaryFolder({ "volumes.yaml": pack, "volumes.test.yaml": cases });
  const asked = [folder.path("volumes.test.yaml"), "--coverage", "--mutate"];
  expect(await tapio(["lint", folder.path("."), "--strict"])).toMatchObject({ code: 0 });
  const first = await tapio(["test", ...asked]);
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining("mounted is never absent") });
  expect(first.out).toContain("mount no longer asks that message matches");
  expect(first.out).toContain("the time in which mounted may not come begins 1m earlier");
  await using whole = await temporaryFolder({ "volumes.yaml": pack, "volumes.test.yaml": cases + more });
  const all = await tapio(["test", whole.path("volumes.test.yaml"), "--coverage", "--strict", "--min-killed", "100"]);
  expect(all).toMatchObject({ code: 0, out: expect.stringContaining("4 passed, 0 failed") });
});

test("who names a pack where a test belongs is told so", async () => {
  await using folder = await temporaryFolder({ "volumes.yaml": "" });
  expect(await tapio(["test", folder.path("volumes.yaml")])).toMatchObject({
    code: 3,
    err: expect.stringContaining("that is a pack: name its test, or the folder of both"),
  });
});
