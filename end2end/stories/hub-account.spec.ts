// From a throttled cluster to pods that pull as a paid account, and back. The access token goes in by standard input
// and is nowhere afterwards but in the cluster's own Secrets.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Bundle } from "../support/bundle.ts";
import { hubRepository, isByNode, isPull, Lab, lonePods, state } from "../support/lab.ts";
import { watch } from "../support/page.ts";
import { Program } from "../support/program.ts";
import { check, open, planWhatWaits, runId, scanCluster, takeBundle } from "../support/walk.ts";

const TOKEN = "dckr_pat_a-token-that-must-not-leak";

test("a paid account: throttled, lent to pods, taken back", async ({ page }) => {
  const lab = await Lab.open();
  await lab.lay("cortex-0.22");
  await lab.account("acme", TOKEN);
  const stuckBefore = await lab.stuck();
  expect(stuckBefore).not.toEqual([]);
  const [before, requestsBefore] = [await state(lab), (await lab.hub()).length];
  const alone = await lonePods(lab);
  const program = await Program.serve({ env: lab.shell });
  const watched = watch(page);

  await open(page, program.start);
  await scanCluster(page, lab.context);
  const id = runId(page);
  await planWhatWaits(page, { name: "Use a paid Docker Hub account", answers: { "Docker Hub user name": "acme" } });
  const bundle = Bundle.unpack(await (await takeBundle(page)).path());

  for (const block of bundle.blocks("Apply")) {
    const result = await bundle.sh(block, lab.shell, `${TOKEN}\n`);
    expect(result.status, `${block}\n${result.stderr}`).toBe(0);
    expect(result.stdout + result.stderr).not.toContain(TOKEN);
  }
  const foreseen = new Set(bundle.plan.not_covered.map((one) => one.image));
  await expect(async () => {
    expect(await check(page, id)).toBe("It worked: everything planned is in place and runs.");
    for (const one of await lab.stuck()) expect(foreseen, `${one.namespace}/${one.pod}`).toContain(one.image);
  }).toPass({ timeout: 120_000, intervals: [2_000] });
  const since = (await lab.hub()).slice(requestsBefore);
  expect(since.filter((one) => !isByNode(one)), "nobody but the node asked Docker Hub").toEqual([]);
  const pulls = since.filter(isPull);
  expect(new Set(pulls.map((one) => one.principal)), "whose pulls, by its own log").toEqual(new Set(["account:acme"]));
  const cured = stuckBefore.filter((one) => !foreseen.has(one.image)).map((one) => hubRepository(one.image));
  expect(pulls.map((one) => one.repository)).toEqual(expect.arrayContaining(cured));

  // A pod keeps the pull secrets that it was made with: these two can only wait, and nobody may delete them.
  expect(await lonePods(lab)).toEqual(alone);
  for (const one of stuckBefore.filter((one) => one.uid in alone)) expect(foreseen, one.pod).toContain(one.image);
  for (const job of await lab.list("jobs")) expect(job.status.failed ?? 0, job.metadata.name).toBe(0);

  for (const block of bundle.blocks("Take it back")) {
    const result = await bundle.sh(block, lab.shell);
    expect(result.status, `${block}\n${result.stderr}`).toBe(0);
  }
  expect(await state(lab)).toEqual(before);
  expect((await lab.list("secrets")).map((secret) => secret.metadata.name)).not.toContain("unthrottle-docker-hub");

  for (const text of [...files(bundle.folder), ...files(program.dataDir), program.stderr()]) expect(text).not.toContain(TOKEN);
  watched.check();
  await program.stop();
});

/** The content of every file below a folder, as text. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
}
