// The way through the wizard as a person goes it: by the words on buttons and links.
import { type Download, expect, type Locator, type Page } from "@playwright/test";

/** Opens the program with its launch token. */
export async function open(page: Page, start: URL): Promise<void> {
  await page.goto(start.href);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(page.url(), "the token does not stay in the address").not.toContain("token");
}

/** The run's id, from the address of any of its pages. */
export function runId(page: Page): string {
  const id = /\/runs\/([^/]+)\//.exec(page.url())?.[1];
  if (!id) throw new Error(`no run in ${page.url()}`);
  return id;
}

/** From the start page to a finished scan of a kubeconfig's context. */
export async function scanCluster(page: Page, context: string): Promise<void> {
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("radio", { name: context }).check();
  await page.getByRole("button", { name: "Read this cluster" }).click();
  await scanned(page);
}

/** From the start page to a finished scan of the practice cluster. */
export async function scanPractice(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Try the practice cluster" }).click();
  await scanned(page);
}

/** Waits for the verdict. Without script nothing moves by itself, so the page is looked at again. */
export async function scanned(page: Page): Promise<void> {
  await eventually(page, page.getByRole("link", { name: "Choose a remedy" }));
}

/** Waits for what the end of long work shows; reloads as a person without script does. */
async function eventually(page: Page, end: Locator): Promise<void> {
  await expect(async () => {
    if (await end.isVisible()) return;
    await page.reload();
    await expect(end).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
}

/** A remedy by the name on its card, what is typed for it by the labels of its questions, and the workloads that run
 * and are to be changed as well, by their labels. */
export interface Remedy {
  name?: string;
  answers?: Record<string, string>;
  running?: (string | RegExp)[];
}

/** From the verdict to the changes: the recommended remedy or another, every answer as it was found or given. What waits is
 * changed; what runs only where it is chosen, one by one. */
export async function planWhatWaits(page: Page, remedy?: Remedy): Promise<void> {
  await page.getByRole("link", { name: "Choose a remedy" }).click();
  if (remedy?.name) await page.getByRole("radio", { name: remedy.name }).check();
  await page.getByRole("button", { name: "Configure" }).click();
  for (const [label, value] of Object.entries(remedy?.answers ?? {})) await page.getByLabel(label, { exact: true }).fill(value);
  for (const label of remedy?.running ?? []) await chooseRunning(page, label);
  await page.getByRole("button", { name: "Review the changes" }).click();
  await expect(page).toHaveURL(/\/review$/);
  // Where registries are asked first, the plan comes when they have answered.
  await expect(page.getByRole("link", { name: /^Take (the|a) bundle/ })).toBeVisible({ timeout: 30_000 });
}

/** Ticks the box of a workload that runs, on Configure. Its label covers it, so that a finger finds it. */
export async function chooseRunning(page: Page, label: string | RegExp): Promise<void> {
  const running = page.getByRole("group", { name: /^Pods of these run/ });
  await running.getByText(label).click();
  await expect(running.getByRole("checkbox", { name: label })).toBeChecked();
}

/** From the changes to the downloaded bundle. */
export async function takeBundle(page: Page): Promise<Download> {
  await page.getByRole("link", { name: "Take the bundle" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /^Download the bundle/ }).click(),
  ]);
  return download;
}

/** Looks at the cluster now, on Verify, and gives the heading that sums it up. */
export async function check(page: Page, id: string): Promise<string> {
  const base = new URL(page.url()).origin;
  await page.goto(`${base}/runs/${id}/verify`);
  await page.getByRole("button", { name: /^Check/ }).click();
  await eventually(page, page.getByRole("button", { name: /^Check/ }));
  return page.getByRole("heading", { level: 1 }).innerText();
}
