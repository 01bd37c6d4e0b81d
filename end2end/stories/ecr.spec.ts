// From a throttled cluster to pods that run from Amazon ECR, where somebody copied the images beforehand.
import { expect, test } from "@playwright/test";
import { Bundle } from "../support/bundle.ts";
import { isPull, Lab, repository, state } from "../support/lab.ts";
import { watch } from "../support/page.ts";
import { Program } from "../support/program.ts";
import { check, open, planWhatWaits, runId, scanCluster, takeBundle } from "../support/walk.ts";

test("images from ECR: throttled, moved, taken back", async ({ page }) => {
  const lab = await Lab.open();
  await lab.lay("cortex-0.22");
  expect(await lab.stuck()).not.toEqual([]);
  const before = await state(lab);
  const asked = (await lab.hub()).filter((one) => one.counted).length;
  const program = await Program.serve({ env: lab.shell });
  const watched = watch(page);

  await open(page, program.start);
  await scanCluster(page, lab.context);
  const id = runId(page);
  await planWhatWaits(page, {
    name: "Copy to Amazon ECR",
    answers: { "AWS account": "123456789012", Region: "us-east-1" },
  });
  const bundle = Bundle.unpack(await (await takeBundle(page)).path());
  expect(bundle.lines("Before you apply")).toEqual(["sh aws/commands.sh prepare", "sh aws/commands.sh copy"]);
  expect(bundle.outOfReach(), "every image can be copied").toEqual([]);

  for (const line of bundle.lines("Apply")) {
    const result = await bundle.sh(line, lab.shell);
    expect(result.status, `${line}\n${result.stderr}`).toBe(0);
  }
  await expect(async () => {
    expect(await check(page, id)).toBe("It worked: everything planned is in place and runs.");
  }).toPass({ timeout: 120_000, intervals: [2_000] });
  expect(await lab.stuck()).toEqual([]);
  const wanted = bundle.plan.steps.flatMap((step) => step.images.map((image) => repository(image.to)));
  const pulled = (await lab.ecr()).filter(isPull).map((one) => one.repository);
  expect(new Set(pulled), "by the registry's own log").toEqual(new Set(wanted));
  expect((await lab.hub()).filter((one) => one.counted).length, "counted pulls").toBe(asked);

  for (const line of bundle.lines("Take it back")) {
    const result = await bundle.sh(line, lab.shell);
    expect(result.status, `${line}\n${result.stderr}`).toBe(0);
  }
  expect(await state(lab)).toEqual(before);
  watched.check();
  await program.stop();
});
