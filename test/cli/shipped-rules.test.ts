import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { packsAt } from "../../src/cli/compose.ts";
import { LOCK_FILE, lockOf, lockText } from "../../src/cli/rules-lock.ts";
import { tapio } from "./in-process.ts";

test("lint finds nothing in the rules that ship, nor a meaning that changed under the same version", async () => {
  expect(await tapio(["lint", "rules", "--strict"])).toMatchObject({ code: 0, out: "" });
});

test("every rule that ships is locked as it is; `tapio pack lock rules` writes the lock anew", async () => {
  const { rules } = await packsAt(["rules"]).load({});
  expect(await readFile(`rules/${LOCK_FILE}`, "utf8")).toBe(lockText(lockOf(rules)));
});
