import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProgram } from "../cli/program.ts";
import { type Browser, startBrowser, whyNoBrowser } from "../support/browser.ts";

const reason = whyNoBrowser();

describe.skipIf(reason !== undefined)(`the demo, in a browser${reason === undefined ? "" : `: ${reason}`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser[Symbol.asyncDispose]());

  test("shows its story, why it was told, and why another rule told none", async () => {
    await using program = startProgram(["demo", "--serve", "--listen", "127.0.0.1:0"]);
    const [, url = ""] = await program.sees(/the live page at (http:\S+)/);
    const { page, complaints } = await browser.open(url);
    await page.getByRole("link", { name: /api fails because cache/ }).click();
    await page.getByRole("heading", { name: /api fails because cache/ }).waitFor();
    await page.getByRole("button", { name: "Ask the engine" }).click();
    await expect
      .poll(() => page.locator(".steps .reached").allInnerTexts())
      .toEqual([expect.stringMatching(/SEEN\s+oom\s+cause/), expect.stringMatching(/SEEN\s+hit\s+impact/)]);

    const told = await page.locator(".entry").count();
    await page.getByRole("button", { name: "Show what else its trace saw" }).click();
    await page.getByText(/events more that its trace saw/).waitFor();
    expect(await page.locator(".entry").count()).toBeGreaterThan(told);

    await page.locator(".others").getByRole("link", { name: "resource-pressure/pod-oom-killed" }).click();
    await page.getByText("It told no story.").waitFor();
    const way = page.locator(".steps .reached");
    expect(await way.allInnerTexts()).toEqual([
      expect.stringMatching(/SEEN\s+oom/),
      expect.stringMatching(/SEEN\s+backoff/),
      expect.stringMatching(/FAILED\s+the rule as a whole\s+superseded/),
    ]);

    expect(await page.locator("#rules option").count()).toBeGreaterThan(20);
    await page.getByLabel("Rule").fill("deployment-rollback-loop");
    await page.getByLabel("Trace").fill("");
    expect(complaints).toEqual([]);
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText(/there is no rule deployment-rollback-loop/).waitFor();
    expect(page.url()).toMatch(/#\/why-not\?rule=deployment-rollback-loop$/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "1 story open" }).waitFor();
  });
});
