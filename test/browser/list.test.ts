import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, startBrowser, whyNoBrowser } from "../support/browser.ts";
import { serveBoard, storyNumber } from "./served-board.ts";

const reason = whyNoBrowser();

describe.skipIf(reason !== undefined)(`the list, in a browser${reason === undefined ? "" : `: ${reason}`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser[Symbol.asyncDispose]());

  test("says what it waits for, shows a story as it is told, and revises it in place", async () => {
    const status = () => ({ events: { total: 42 }, log: { name: "nats:TAPIO" } });
    await using board = await serveBoard({ status });
    const { page, complaints } = await browser.open(board.url);
    await expect.poll(() => page.locator(".list .nothing").innerText()).toContain("events from nats:TAPIO");
    expect(await page.locator(".status").innerText()).toMatch(/ready\s+42 events read/);

    await board.tell(storyNumber(1, { summary: "cache runs out of memory" }));
    await page.getByRole("link", { name: /cache runs out of memory/ }).waitFor();
    expect(await page.locator("[aria-live]").innerText()).toBe("New story, critical: cache runs out of memory");
    await board.tell(storyNumber(2));
    await board.tell(storyNumber(1, { summary: "cache is well again", status: "resolved" }, 2));
    await page.getByRole("link", { name: /resolved.*cache is well again/s }).waitFor();
    expect(await page.locator(".summary").allInnerTexts()).toEqual(["Story st_2", "cache is well again"]);
    expect(complaints).toEqual([]);
  });

  test("filters by text and by words, and its address shows the same elsewhere", async () => {
    await using board = await serveBoard();
    await board.tell(
      storyNumber(1, { summary: "disk of web is full", severity: "warning" }),
      storyNumber(2, { summary: "disk of api is full", status: "resolved" }),
      storyNumber(3, { summary: "api is killed", category: "security" }),
    );
    const { page, complaints } = await browser.open(board.url);
    await page.getByRole("searchbox").fill("disk");
    await expect.poll(() => page.locator(".summary").allInnerTexts()).toHaveLength(2);
    await page.getByRole("button", { name: "resolved 1" }).click();
    await expect.poll(() => page.locator(".summary").allInnerTexts()).toEqual(["disk of api is full"]);
    expect(await page.locator(".tally").innerText()).toContain("1 of 3 stories");

    const elsewhere = await browser.open(page.url());
    await expect.poll(() => elsewhere.page.locator(".summary").allInnerTexts()).toEqual(["disk of api is full"]);
    expect(await elsewhere.page.getByRole("searchbox").inputValue()).toBe("disk");
    await elsewhere.page.getByRole("button", { name: "clear filter" }).click();
    await elsewhere.page.getByLabel("Category").selectOption("security");
    await expect.poll(() => elsewhere.page.locator(".summary").allInnerTexts()).toEqual(["api is killed"]);
    await elsewhere.page.getByRole("searchbox").fill("nothing like it");
    await elsewhere.page.getByText("No story matches the filter.").waitFor();
    expect([...complaints, ...elsewhere.complaints]).toEqual([]);
  });

  test("a thousand stories are a hundred rows, and stay where they are while somebody reads", async () => {
    await using board = await serveBoard();
    await board.tell(...Array.from({ length: 1_003 }, (_, n) => storyNumber(n)));
    const { page, complaints } = await browser.open(board.url);
    await expect.poll(() => page.locator(".row").count()).toBe(100);
    expect(await page.locator(".tally").innerText()).toMatch(/1,000 stories.*only the latest.*3 older/);

    await page.evaluate("document.querySelector('section.list').scrollTop = 600");
    const row = page.locator('a[data-story="st_990"]');
    const before = await row.boundingBox();
    await board.tell(storyNumber(2_000), storyNumber(2_001), storyNumber(995, { summary: "revised meanwhile" }, 2));
    await page.getByText("revised meanwhile").waitFor({ state: "attached" });
    const waiting = page.getByRole("button", { name: "2 new stories: show" });
    await waiting.waitFor();
    expect(await row.boundingBox()).toEqual(before);
    await waiting.click();
    await expect.poll(() => page.locator(".summary").first().innerText()).toBe("Story st_2001");
    await page.getByRole("button", { name: "show 100 more of 900" }).click();
    await expect.poll(() => page.locator(".row").count()).toBe(200);
    expect(complaints).toEqual([]);
  });

  test("the keyboard does: move, open, search, back", async () => {
    await using board = await serveBoard();
    await board.tell(storyNumber(1), storyNumber(2), storyNumber(3));
    const { page, complaints } = await browser.open(board.url);
    await page.locator(".row").first().waitFor();
    const focused = () => page.evaluate("document.activeElement.dataset.story ?? document.activeElement.type");
    for (const [key, want] of [
      ["j", "st_3"],
      ["j", "st_2"],
      ["ArrowDown", "st_1"],
      ["j", "st_1"],
      ["k", "st_2"],
      ["/", "search"],
      ["j", "search"],
      ["Escape", "st_3"],
      ["j", "st_2"],
    ] as const) {
      await page.keyboard.press(key);
      if (want === "search") await page.getByRole("searchbox").fill("");
      expect(await focused(), key).toBe(want);
    }
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Story st_2" }).waitFor();
    expect(page.url()).toContain("#/stories/st_2");
    expect(await page.locator("[aria-current]").getAttribute("data-story")).toBe("st_2");
    await board.tell(storyNumber(4), storyNumber(2, { summary: "Story st_2, better told" }, 2));
    await page.getByRole("heading", { name: "Story st_2, better told" }).waitFor();
    expect(await focused()).toBe("st_2");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.url()).not.toContain("st_2");
    expect(await focused()).toBe("st_2");
    expect(complaints).toEqual([]);
  });

  test("says that it lost the engine, and takes up again where another one answers", async () => {
    const board = await serveBoard();
    await board.tell(storyNumber(1));
    const { page } = await browser.open(board.url);
    await page.locator(".row").waitFor();
    await board.stop();
    await page.getByText("disconnected").waitFor();
    expect(await page.locator(".row").count()).toBe(1);
    const readiness = () => ({ ready: true, degraded: "rules/team.yaml:3:1: TAP001: no" });
    await using other = await serveBoard({ readiness }, Number(new URL(board.url).port));
    await other.tell(storyNumber(2));
    await expect.poll(() => page.locator(".summary").allInnerTexts(), { timeout: 10_000 }).toEqual(["Story st_2"]);
    expect(await page.locator(".status").innerText()).toMatch(/degraded\s+rules\/team\.yaml:3:1/);
  });
});
