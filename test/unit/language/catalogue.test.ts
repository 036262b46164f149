import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cataloguePage } from "../../../scripts/catalogue.mjs";

test("docs/catalogue.md is what the packs say (node scripts/catalogue.mjs)", async () => {
  const page = readFileSync(new URL("../../../docs/catalogue.md", import.meta.url), "utf8");
  expect(page).toBe(await cataloguePage());
});
