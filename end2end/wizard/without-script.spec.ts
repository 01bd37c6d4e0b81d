// The same run, with JavaScript and without, ends in the same bundle, byte for byte.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { Program } from "../support/program.ts";
import { accessible } from "../support/page.ts";
import { open, planWhatWaits, type Remedy, runId, scanPractice, takeBundle } from "../support/walk.ts";

const registry = { "AWS account": "111122223333", Region: "us-east-1" };
const remedies: Remedy[] = [
  { name: "Pull from registries that do not count", answers: {} },
  { name: "Use a paid Docker Hub account", answers: {} },
  { name: "Copy to Amazon ECR", answers: registry },
  { name: "Pull through Amazon ECR", answers: registry },
];

for (const remedy of remedies) test(`script makes no difference to the bundle: ${remedy.name}`, async ({ browser }) => {
  const program = await Program.serve();
  const digests: string[] = [];
  let id = "";
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await open(page, program.start);
    if (id) await page.goto(`${program.start.origin}/runs/${id}/detect`);
    else await scanPractice(page);
    id = runId(page);
    await planWhatWaits(page, remedy);
    // The checker itself is a script.
    if (javaScriptEnabled) await accessible(page, `review, ${remedy.name}`, ["light"]);
    const download = await takeBundle(page);
    digests.push(createHash("sha256").update(readFileSync(await download.path())).digest("hex"));
    await context.close();
  }
  expect(digests[1]).toBe(digests[0]);
  await program.stop();
});

test("an answer that cannot be right is told on its field, and nothing typed is lost", async ({ browser }) => {
  const program = await Program.serve();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await open(page, program.start);
  await scanPractice(page);
  await page.getByRole("link", { name: "Choose a remedy" }).click();
  await page.getByRole("radio", { name: "Copy to Amazon ECR" }).check();
  await page.getByRole("button", { name: "Configure" }).click();
  await page.getByLabel("AWS account", { exact: true }).fill("1234");
  await page.getByLabel("Prefix of the repositories", { exact: true }).fill("mirror");
  await page.getByRole("button", { name: "Review the changes" }).click();
  await expect(page.getByRole("alert").first()).toContainText("twelve digits");
  await expect(page.getByLabel("AWS account", { exact: true })).toHaveValue("1234");
  await expect(page.getByLabel("AWS account", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Prefix of the repositories", { exact: true })).toHaveValue("mirror");
  await context.close();
  await program.stop();
});

test("a whole run without script", async ({ browser }) => {
  const program = await Program.serve();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await open(page, program.start);
  await scanPractice(page);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Docker Hub is refusing pulls");
  await planWhatWaits(page);
  await takeBundle(page);
  await page.goto(`${program.start.origin}/`);
  await page.getByRole("link", { name: /^Resume/ }).click();
  await expect(page).toHaveURL(/\/runs\//);
  await page.goto(`${program.start.origin}/`);
  await page.getByRole("button", { name: /^Remove/ }).click();
  await expect(page.getByText("No runs yet")).toBeVisible();
  await context.close();
  await program.stop();
});
