import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("docs/catalogue.md is what the packs say", { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL("../../../scripts/catalogue.mjs", import.meta.url));
  // It says what to do where the page is out of date, and throws here.
  expect(() => execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })).not.toThrow();
});
