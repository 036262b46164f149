import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { findChromium } from "../../scripts/chromium.mjs";

const START_MS_MAX = 15_000;
const WAIT_MS_MAX = 10_000;

/** A real browser without a window; disposing of it ends it. */
export interface Browser extends AsyncDisposable {
  /** Opens an address in a window of its own, which fails nothing: what it complains of is kept. */
  open(url: string, size?: WindowOptions): Promise<OpenPage>;
}

export interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
}

/** A page, and whatever its console, its policy or its network had to complain of. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Why there is no browser here; `undefined` where there is one. Throws if TAPIO_CHROMIUM names something else. */
export function whyNoBrowser(): string | undefined {
  return findChromium() === undefined ? "no Chromium found (set TAPIO_CHROMIUM)" : undefined;
}

/** Starts the Chromium of this machine, with a profile that goes with it. */
export async function startBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), "tapio-browser-"));
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("no Chromium found");
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    timeout: START_MS_MAX,
    timezoneId: "Europe/Berlin",
    locale: "en-GB",
    // Root has no sandbox, and containers little shared memory.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  return {
    async open(url, { width = 1_280, height = 800 } = {}) {
      const page = await context.newPage();
      await page.setViewportSize({ width, height });
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
      page.on("request", (request) => {
        if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`asks ${request.url()}`);
      });
      await page.goto(url);
      return { page, complaints };
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
