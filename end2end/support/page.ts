// What every page has to hold, whatever it shows.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** Collects what a page must not do: speak on the console, fail, or ask another origin. */
export function watch(page: Page): { check(): void; requests: string[] } {
  const wrong: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol === "data:") return;
    requests.push(`${request.method()} ${url.pathname}`);
    if (url.hostname !== "127.0.0.1") wrong.push(`request to another origin: ${url.origin}`);
  });
  return { requests, check: () => expect(wrong).toEqual([]) };
}

/** No accessibility violation in light and in dark. */
export async function accessible(page: Page, name: string, schemes: ("light" | "dark")[] = ["light", "dark"]): Promise<void> {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    const told = violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join(", ")})`);
    expect(told, `${name}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
}

/** Pictures of a page at three widths and in both schemes, when a folder for them is named. */
export async function pictures(page: Page, name: string): Promise<void> {
  const folder = process.env.UNTHROTTLE_PICTURES;
  if (!folder) return;
  const before = page.viewportSize();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 768, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}

/** Nothing sticks out sideways at the narrowest width that WCAG asks for. */
export async function fitsNarrow(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 700 });
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(inner, `${name} scrolls sideways at 320 px`).toBeLessThanOrEqual(outer);
  if (before) await page.setViewportSize(before);
}
