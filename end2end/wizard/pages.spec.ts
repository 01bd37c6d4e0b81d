// Every page and state of the practice run: accessible, quiet, at home on its origin, within its width.
import { closeSync, ftruncateSync, openSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { accessible, fitsNarrow, pictures, watch } from "../support/page.ts";
import { Program } from "../support/program.ts";
import { check, open, planWhatWaits, runId, scanPractice, takeBundle } from "../support/walk.ts";

let program: Program;
test.beforeAll(async () => void (program = await Program.serve()));
test.afterAll(async () => program.stop());

test("every page of a run", async ({ page }) => {
  const watched = watch(page);
  const look = async (name: string) => {
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await accessible(page, name);
    await fitsNarrow(page, name);
    await pictures(page, name);
  };
  await open(page, program.start);
  await look("start-empty");
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await look("connect");
  await page.getByRole("button", { name: "Read the practice cluster" }).click();
  await expect(page.getByRole("link", { name: "Choose a remedy" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Docker Hub is refusing pulls");
  await look("detect");
  await page.getByRole("link", { name: "Choose a remedy" }).click();
  await look("remedy");
  await page.getByRole("button", { name: "Configure" }).click();
  await look("configure");
  await page.getByRole("button", { name: "Review the changes" }).click();
  await look("review");
  await takeBundle(page);
  await look("apply");
  const id = runId(page);
  await page.goto(`${program.start.origin}/runs/${id}/verify`);
  await look("verify-before");
  expect(await check(page, id)).toBe("It worked: everything planned is in place and runs.");
  await look("verify");
  await page.goto(`${program.start.origin}/runs/${id}/report.html`);
  await look("report");
  await page.goto(`${program.start.origin}/`);
  await look("start-with-runs");
  watched.check();
});

test("pages for what went wrong", async ({ page }) => {
  await open(page, program.start);
  for (const [path, name] of [
    ["/nowhere", "not-found"],
    ["/runs/none/detect", "no-such-run"],
  ] as const) {
    const response = await page.goto(program.start.origin + path);
    expect(response?.status()).toBe(404);
    await accessible(page, name);
    await pictures(page, name);
  }
  // A form that says nothing is told so, on its page, and the run survives.
  await page.goto(`${program.start.origin}/`);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  const answer = await page.request.post(page.url(), {
    form: { source: "nonsense" },
    headers: { "sec-fetch-site": "same-origin", origin: program.start.origin },
  });
  expect(answer.status()).toBeLessThan(500);
  await page.reload();
  await expect(page.getByRole("alert").first()).toBeVisible();
  expect(await page.title()).toMatch(/^Error: /);
  await accessible(page, "connect with a problem");
  await pictures(page, "connect-problem");
});

test("an upload over the limit is told so on a page", async ({ page }, info) => {
  await open(page, program.start);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  const large = info.outputPath("dump.json");
  const file = openSync(large, "w");
  ftruncateSync(file, 80 * 1024 * 1024);
  closeSync(file);
  await page.getByLabel("Manifests, dumps, Cortex files or archives").setInputFiles(large);
  await page.getByRole("button", { name: "Read these files" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("That is more than is taken at once.");
  await accessible(page, "too-large");
  // The run is as it was, and takes a smaller file.
  await page.goBack();
  await page.getByLabel("Manifests, dumps, Cortex files or archives").setInputFiles({
    name: "pod.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { containers: [{ name: "a", image: "nginx" }] } })),
  });
  await page.getByRole("button", { name: "Read these files" }).click();
  await expect(page.getByRole("link", { name: "Choose a remedy" })).toBeVisible();
});

test("a step asks little of the network and its form works at first paint", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await open(page, program.start);
  await scanPractice(page);
  const url = page.url();
  const state = await context.storageState();
  await context.close();

  const cold = await browser.newContext({ storageState: state });
  const fresh = await cold.newPage();
  const watched = watch(fresh);
  await fresh.goto(url, { waitUntil: "networkidle" });
  watched.check();
  console.log(`requests for a step, cold: ${watched.requests.length} (${watched.requests.join(", ")})`);
  expect(watched.requests.length).toBeLessThanOrEqual(6);
  await cold.close();
});

test("the keyboard alone suffices", async ({ page }) => {
  const watched = watch(page);
  await open(page, program.start);
  let presses = 0;
  const press = async (key: string) => {
    presses += 1;
    await page.keyboard.press(key);
  };
  // Tab until the focus stands on something with this name, as a person does who listens for it.
  const reach = async (name: RegExp) => {
    for (let steps = 0; steps < 80; steps += 1) {
      await press("Tab");
      const text = await page.evaluate(() => (document.activeElement as HTMLElement | null)?.innerText ?? "");
      if (name.test(text)) return;
    }
    throw new Error(`the keyboard does not reach ${name}`);
  };
  const enter = async (path: RegExp) => {
    await press("Enter");
    await expect(page).toHaveURL(path);
  };
  await reach(/^Try the practice cluster/);
  await enter(/\/detect$/);
  await expect(page.getByRole("link", { name: "Choose a remedy" })).toBeVisible();
  await reach(/^Choose a remedy/);
  await enter(/\/remedy$/);
  await reach(/^Configure$/);
  await enter(/\/configure$/);
  await reach(/^Review the changes/);
  await enter(/\/review$/);
  await reach(/^Take the bundle/);
  await enter(/\/apply$/);
  await reach(/Download the bundle/);
  const download = page.waitForEvent("download");
  await press("Enter");
  expect((await download).suggestedFilename()).toMatch(/\.zip$/);
  console.log(`key presses from start to bundle: ${presses}`);
  watched.check();
});

test("commands can be copied, and the button says that it did", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, program.start);
  await scanPractice(page);
  await planWhatWaits(page);
  await page.getByRole("link", { name: "Take the bundle" }).click();
  await page.getByRole("button", { name: /Copy the commands/ }).click();
  await expect(page.getByRole("status").filter({ hasText: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("kubectl");
});
