// The same run, with JavaScript and without, ends in the same bundle, byte for byte.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { Program } from "../support/program.ts";
import { open, planAll, runId, scanPractice, takeBundle } from "../support/walk.ts";

test("script makes no difference to the bundle", async ({ browser }) => {
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
    await planAll(page);
    const download = await takeBundle(page);
    digests.push(createHash("sha256").update(readFileSync(await download.path())).digest("hex"));
    await context.close();
  }
  expect(digests[1]).toBe(digests[0]);
  await program.stop();
});

test("a whole run without script", async ({ browser }) => {
  const program = await Program.serve();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await open(page, program.start);
  await scanPractice(page);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Docker Hub is refusing pulls");
  await planAll(page);
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
