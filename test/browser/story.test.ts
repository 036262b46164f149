import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Story } from "../../src/core/model/story.ts";
import { type Browser, startBrowser, whyNoBrowser } from "../support/browser.ts";
import { serveBoard, storyNumber } from "./served-board.ts";

const reason = whyNoBrowser();
const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>{{7*7}}`;

/** A story whose every text is hostile. */
function hostileStory(): Story {
  const entity = { kind: HOSTILE, namespace: HOSTILE, name: HOSTILE, node: HOSTILE };
  const time = "2026-03-01T10:00:00.000Z";
  const words = { source: HOSTILE, type: HOSTILE, entity };
  return storyNumber(1, {
    summary: `summary ${HOSTILE}`,
    detail: `detail ${HOSTILE}`,
    statusReason: HOSTILE,
    traceId: HOSTILE,
    rootCause: { event: HOSTILE, entity, time, statement: HOSTILE },
    chain: [
      { step: "a", role: "cause", type: HOSTILE, reason: HOSTILE, entity, events: [HOSTILE], offsetMs: 0, count: 1 },
    ],
    impact: [entity],
    timeline: [
      { event: HOSTILE, time, ...words, message: `message ${HOSTILE}`, actor: { user: HOSTILE }, step: "a" },
      { event: "e2", time: "2026-03-01T10:00:30.000Z", ...words, message: HOSTILE },
    ],
    confidenceParts: [{ name: HOSTILE, kind: "required", weight: 1, quality: 1, because: HOSTILE }],
    alsoMatched: [{ rule: HOSTILE, title: HOSTILE, because: HOSTILE }],
    actions: [HOSTILE],
    runbook: "javascript:alert(3)",
  });
}

describe.skipIf(reason !== undefined)(`a story, in a browser${reason === undefined ? "" : `: ${reason}`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser[Symbol.asyncDispose]());

  test("what events say is text, whatever it looks like", async () => {
    await using board = await serveBoard();
    await board.tell(hostileStory());
    const { page, complaints } = await browser.open(`${board.url}/#/stories/st_1`);
    await page.getByRole("heading", { name: `summary ${HOSTILE}` }).waitFor();
    expect(await page.locator(".timeline .message").first().innerText()).toBe(`message ${HOSTILE}`);
    expect(await page.locator("article").innerText()).toContain("javascript:alert(3)");
    expect(await page.locator("img:not(.top img), script:not([src]), a[href^=javascript]").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("shows its chain, leads from a step to its event, and links a runbook of the web", async () => {
    await using board = await serveBoard();
    const entity = { kind: "Pod", namespace: "shop", name: "api" };
    const second = (n: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, n)).toISOString();
    const entry = (n: number) => ({ event: `e${n}`, time: second(n), source: "k8s", type: "k8s.pod.failed", entity });
    await board.tell(
      storyNumber(1, {
        rootCause: { event: "e0", entity, time: second(0), statement: "Pod shop/api was OOM-killed" },
        chain: [
          { step: "oom", role: "cause", type: "k8s.pod.oomkilled", entity, events: ["e0"], offsetMs: 0, count: 1 },
          { step: "gone", role: "impact", type: "k8s.pod.failed", entity, events: ["e90"], offsetMs: 90_000, count: 4 },
        ],
        timeline: Array.from({ length: 120 }, (_, n) => (n === 90 ? { ...entry(n), step: "gone" } : entry(n))),
        confidence: 0.9,
        confidenceParts: [
          { name: "oom", kind: "required", weight: 1, quality: 1, because: "seen" },
          { name: "gone", kind: "required", weight: 1, quality: 0.8, because: "order inferred" },
        ],
        superseded: [{ rule: "memory/pod-oom", title: "A pod is killed", because: "superseded" }],
        runbook: "https://example.com/runbooks/oom",
      }),
    );
    const { page, complaints } = await browser.open(`${board.url}/#/stories/st_1`);
    const steps = page.locator(".chain .link");
    await expect.poll(() => steps.count()).toBe(2);
    expect(await steps.last().innerText()).toMatch(/\+1 m 30 s\s+impact\s*gone\s+k8s\.pod\.failed ×4/i);
    expect(await page.locator(".entry").count()).toBe(50);
    await steps.last().getByRole("button", { name: "e90" }).click();
    await expect.poll(() => page.locator(".entry.chosen").innerText()).toContain("+1 m 30 s");
    expect(await page.evaluate("document.activeElement.className")).toContain("chosen");
    expect(await page.locator("article").innerText()).toContain("90 % = 1.8 ÷ 2");
    const runbook = page.getByRole("link", { name: "https://example.com/runbooks/oom" });
    expect(await runbook.getAttribute("rel")).toBe("noopener noreferrer");
    const since = page.locator(".facts time").first();
    expect(await since.innerText()).toContain("11:00:00");
    expect(await since.getAttribute("title")).toBe("2026-03-01 10:00:00 UTC");
    expect(complaints).toEqual([]);
  });

  test("an unknown story is told of, and a narrow window has the way back", async () => {
    const status = () => ({ events: { total: 1_234_567 }, windows: { open: { traces: 1_000, groups: 20 } } });
    await using board = await serveBoard({ status });
    await board.tell(storyNumber(1));
    const { page } = await browser.open(`${board.url}/#/stories/st_404`, { width: 400 });
    await page.getByText("there is no story st_404").waitFor();
    await page.getByRole("link", { name: "← all stories" }).click();
    await page.getByRole("link", { name: /Story st_1/ }).click();
    const heading = page.getByRole("heading", { name: "Story st_1" });
    await heading.waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Story st_1");
    const wide = "[...document.querySelectorAll('*')].filter((one) => 400 < one.getBoundingClientRect().right).length";
    expect(await page.evaluate(wide)).toBe(0);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator("section.list").isVisible()).toBe(true);
  });
});
