// What runs is left so unless it is chosen, box by box; and the most stuck workload alone is one press away.
import { expect, test } from "@playwright/test";
import { accessible, fitsNarrow, pictures, watch } from "../support/page.ts";
import { Bundle } from "../support/bundle.ts";
import { Program } from "../support/program.ts";
import { chooseRunning, open, planWhatWaits, scanPractice, takeBundle } from "../support/walk.ts";

const answers = { "AWS account": "111122223333", Region: "us-east-1" };

test("a workload that runs is changed when its box is ticked, and only then", async ({ page }) => {
  const program = await Program.serve();
  const watched = watch(page);
  await open(page, program.start);
  await scanPractice(page);
  await planWhatWaits(page, { name: "Pull through Amazon ECR", answers });
  await expect(page.getByRole("heading", { name: "Left running" })).toBeVisible();
  await accessible(page, "review, left running");
  await fitsNarrow(page, "review, left running");
  await pictures(page, "review-left-running");
  const before = Bundle.unpack(await (await takeBundle(page)).path());
  const [first] = before.plan.left_running!;
  const changed = (bundle: Bundle) => bundle.plan.steps.map((step) => `${step.target.kind} ${step.target.namespace}/${step.target.name}`);
  expect(changed(before)).not.toContain(first.where);

  await page.goto(page.url().replace("/apply", "/review"));
  await page.getByRole("link", { name: "Choose which of them to change" }).click();
  await chooseRunning(page, first.where);
  await accessible(page, "configure, one that runs is chosen");
  await pictures(page, "configure-running");
  await page.getByRole("button", { name: "Review the changes" }).click();
  const after = Bundle.unpack(await (await takeBundle(page)).path());
  expect(changed(after)).toContain(first.where);
  expect(after.readme).toContain("begin to pull");
  watched.check();
  await program.stop();
});

test("first aid is one press, without script as well", async ({ browser }) => {
  const program = await Program.serve();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await open(page, program.start);
  await scanPractice(page);
  await planWhatWaits(page, { name: "Pull through Amazon ECR", answers });
  await page.getByRole("button", { name: /^Plan only/ }).click();
  await expect(page).toHaveURL(/\/review$/);
  const bundle = Bundle.unpack(await (await takeBundle(page)).path());
  expect(new Set(bundle.plan.steps.map((step) => step.id)).size).toBe(1);
  await context.close();
  await program.stop();
});
