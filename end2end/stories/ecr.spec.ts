// From a throttled cluster to pods that run from Amazon ECR, where somebody copied the images beforehand.
import { expect, test } from "@playwright/test";
import { Bundle } from "../support/bundle.ts";
import { isAnswered, isByNode, Lab, lonePods, repository, state } from "../support/lab.ts";
import { watch } from "../support/page.ts";
import { Program } from "../support/program.ts";
import { check, open, planWhatWaits, runId, scanCluster, takeBundle } from "../support/walk.ts";

test("images from ECR: throttled, moved, taken back", async ({ page }) => {
  const lab = await Lab.open();
  await lab.lay("cortex-0.22");
  expect(await lab.stuck()).not.toEqual([]);
  const before = await state(lab);
  const [alone, requestsBefore] = [await lonePods(lab), (await lab.hub()).length];
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
  expect(bundle.lines("Before you apply")).toEqual(["unthrottle copy --plan ."]);
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
  const answered = (await lab.ecr()).filter(isAnswered).map((one) => one.repository);
  expect(new Set(answered), "by the registry's own log").toEqual(new Set(wanted));
  const since = (await lab.hub()).slice(requestsBefore);
  expect(since.filter((one) => one.counted || !isByNode(one)), "nothing was pulled, and nobody else asked").toEqual([]);
  const settled = (await lab.hub()).length;
  expect(await lonePods(lab), "recovered where they were").toEqual(alone);
  for (const job of await lab.list("jobs")) expect(job.status.failed ?? 0, job.metadata.name).toBe(0);
  await lab.forgetEvents();
  expect(await check(page, id), "an hour later").toBe("It worked: everything planned is in place and runs.");
  expect((await lab.hub()).slice(settled), "nobody asks Docker Hub any more").toEqual([]);

  for (const line of bundle.lines("Take it back")) {
    const result = await bundle.sh(line, lab.shell);
    expect(result.status, `${line}\n${result.stderr}`).toBe(0);
  }
  expect(await state(lab)).toEqual(before);
  watched.check();
  await program.stop();
});
