// From a really throttled cluster to pods that really run, and back.
//
// This test knows no image name: it reads them from the plan, and runs only command lines that the bundle's
// README gives.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { Bundle } from "../support/bundle.ts";
import { hubRepository, isAnswered, isByNode, isPull, Lab, repository, state } from "../support/lab.ts";
import { accessible, watch } from "../support/page.ts";
import { Program } from "../support/program.ts";
import { check, open, planWhatWaits, runId, scanCluster, takeBundle } from "../support/walk.ts";

const WAIT = { timeout: 120_000, intervals: [2_000] };

for (const version of ["0.22", "0.20", "0.17"]) {
  test(`Cortex ${version}: throttled, moved, taken back`, async ({ page, browser }) => {
    const lab = await Lab.open();
    await test.step("the cluster's own pulls have spent the budget", async () => {
      await lab.lay(`cortex-${version}`);
      const hub = await lab.hub();
      expect(hub.filter((one) => one.counted).length, "counted pulls").toBeGreaterThan(0);
      expect(hub.some((one) => one.status === 429), "refusals").toBe(true);
      expect(await lab.stuck()).not.toEqual([]);
    });
    const [before, containersBefore] = [await state(lab), await lab.containers()];
    const stuckBefore = await lab.stuck();
    const program = await Program.serve({ env: lab.shell, args: lab.registries });
    const watched = watch(page);

    const [id, zip] = await test.step("from / to the bundle", async () => {
      await open(page, program.start);
      await scanCluster(page, lab.context);
      await expect(page.getByRole("heading", { level: 1 })).toContainText("Docker Hub is refusing pulls");
      await accessible(page, "detect, live");
      const id = runId(page);
      await planWhatWaits(page);
      await accessible(page, "review, live");
      return [id, await (await takeBundle(page)).path()] as const;
    });
    const bundle = Bundle.unpack(zip);

    await test.step("registries were asked for each new name, and that cost no pull", async () => {
      const proofs = bundle.plan.proofs ?? [];
      const named = new Set(bundle.plan.steps.flatMap((step) => step.images.map((image) => image.to)));
      for (const name of named) expect(proofs.map((one) => one.target), "a word on each").toContain(name);
      // The README of the lab says which copies are the same bytes.
      expect(proofs.map((one) => one.state)).not.toContain("not_asked");
      const asked = (await lab.hub()).filter((one) => one.source === "127.0.0.1" && one.kind === "manifest");
      expect(asked.length, "Docker Hub was asked").toBeGreaterThan(0);
      expect(new Set(asked.map((one) => one.method))).toEqual(new Set(["HEAD"]));
      expect(asked.some((one) => one.counted)).toBe(false);
      const meant = [...proofs, ...bundle.plan.not_covered].map((one) => hubRepository(one.image));
      for (const one of asked) expect(meant, "nothing else was asked for").toContain(one.repository);
    });

    // New names of what the node has already, byte for byte.
    const ran = new Set(containersBefore.filter((one) => one.state !== "waiting").map((one) => one.image));
    const same = new Set((bundle.plan.proofs ?? []).filter((one) => one.state === "same").map((one) => one.target));
    const moved = bundle.plan.steps.flatMap((step) => step.images);
    const known = new Set(moved.filter(({ from, to }) => ran.has(from) && same.has(to)).map(({ to }) => to));
    expect(known.size > 0, "whether this release has such images").toBe(version !== "0.17");

    expect(bundle.plan.cortex_version).toContain(version);
    expect(await state(lab), "scanning and planning change nothing").toEqual(before);

    await test.step("without script the same scan gives the same bytes", async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const plain = await context.newPage();
      await open(plain, program.start);
      await plain.goto(`${program.start.origin}/runs/${id}/detect`);
      await planWhatWaits(plain);
      const second = await (await takeBundle(plain)).path();
      expect(sha256(second)).toBe(sha256(zip));
      await context.close();
    });

    expect(await check(page, id)).toBe("Nothing of the plan is in the cluster yet.");

    // One planned workload is left out on purpose: the last one with a template of its own.
    const left = bundle.plan.steps.filter((step) => step.target.kind !== "Pod" && step.images.length > 0).at(-1)!;
    const apply = bundle.lines("Apply");
    const isLeft = (line: string) => line.includes(left.id);
    // Between batches a line may wait for it, in vain.
    const waitsForIt = (line: string) => line.includes("rollout status") && line.includes(`/${left.target.name} `);
    expect(apply.filter(isLeft), `exactly one line for ${left.id}`).toHaveLength(1);

    await test.step("all lines of the README but one", async () => {
      for (const line of apply.filter((line) => !isLeft(line) && !waitsForIt(line))) {
        const result = await bundle.sh(line, lab.shell);
        expect(result.status, `${line}\n${result.stderr}`).toBe(0);
      }
      const named = `${left.target.kind} ${left.target.namespace}/${left.target.name}`;
      await expect(async () => {
        expect(await check(page, id)).toBe("Something planned is not in place or does not run.");
      }).toPass(WAIT);
      await expect(page.getByRole("row").filter({ hasText: named }).first()).toContainText(/old image/i);
    });

    await test.step("the line that was left out", async () => {
      const result = await bundle.sh(apply.find(isLeft)!, lab.shell);
      expect(result.status, result.stderr).toBe(0);
      await expect(async () => {
        expect(await check(page, id)).toBe("It worked: everything planned is in place and runs.");
      }).toPass(WAIT);
      await accessible(page, "verify, live");
    });

    await test.step("exactly the planned containers run from the new place", async () => {
      const wanted = new Set(bundle.plan.steps.flatMap((step) => step.images.map((image) => image.to)));
      const running = (await lab.containers()).filter((one) => wanted.has(one.image));
      expect(new Set(running.map((one) => one.image))).toEqual(wanted);
      for (const one of running) expect(one.state, `${one.namespace}/${one.pod}/${one.name}`).not.toBe("waiting");
      const asked = (await lab.elsewhere()).filter(isByNode);
      const [answered, pulled] = [isAnswered, isPull].map((of) => new Set(asked.filter(of).map((one) => one.repository)));
      expect(answered, "by the registries' own logs").toEqual(new Set([...wanted].map(repository)));
      // What the node has already it does not fetch again under another name.
      const fetched = [...wanted].filter((image) => !known.has(image)).map(repository);
      expect(pulled).toEqual(new Set(fetched));
    });

    await test.step("the same bytes are recognised when the runtime names the old place and events are gone", async () => {
      await lab.forgetEvents();
      expect(await check(page, id)).toBe("It worked: everything planned is in place and runs.");
      const renamed = (await lab.containers()).filter((one) => known.has(one.image) && one.imageID.startsWith("docker.io/"));
      expect(renamed.length > 0, "whether this release has such images").toBe(known.size > 0);
      for (const one of renamed) {
        await expect(page.getByRole("row").filter({ hasText: one.name }).filter({ hasText: one.pod })).toContainText("the very bytes");
      }
    });

    await test.step("the Job and the bare pod recovered where they were", async () => {
      const now = await lab.list("pods");
      const planned = bundle.plan.steps.filter((step) => step.target.kind === "Pod");
      expect(planned.length).toBeGreaterThanOrEqual(2);
      for (const step of planned) {
        const pod = now.find((one) => one.metadata.name === step.target.name);
        expect(pod?.metadata.uid, step.target.name).toBe(step.target.uid);
        expect(["Running", "Succeeded"]).toContain(pod.status.phase);
      }
      const jobs = await lab.list("jobs");
      expect(jobs.length).toBeGreaterThan(0);
      for (const job of jobs) expect(job.status.failed ?? 0, job.metadata.name).toBe(0);
    });

    await test.step("exactly what is not covered stays stuck, and is named", async () => {
      const foreseen = new Set(bundle.outOfReach().map((one) => one.image));
      const stuck = await lab.stuck();
      for (const one of stuck) expect(foreseen, `${one.namespace}/${one.pod}`).toContain(one.image);
      const expected = stuckBefore.filter((one) => foreseen.has(one.image)).map((one) => one.image);
      expect(new Set(stuck.map((one) => one.image))).toEqual(new Set(expected));
      for (const image of new Set(stuck.map((one) => one.image))) {
        await expect(page.getByRole("row").filter({ hasText: image }).first()).toContainText("foreseen");
      }
    });

    await test.step("the README's own checks pass", async () => {
      for (const line of bundle.lines("Verify")) {
        const result = await bundle.sh(line, lab.shell);
        expect(result.status, `${line}\n${result.stderr}`).toBe(0);
      }
    });

    await test.step("Docker Hub is asked for nothing that has moved", async () => {
      const settled = (await lab.hub()).length;
      await page.waitForTimeout(20_000);
      const foreseen = new Set(bundle.plan.not_covered.map((one) => hubRepository(one.image)));
      for (const one of (await lab.hub()).slice(settled).filter((one) => one.repository)) {
        expect(foreseen, `${one.source} ${one.method}`).toContain(one.repository);
      }
    });

    await test.step("taken back: everything as it was", async () => {
      for (const line of bundle.lines("Take it back")) {
        const result = await bundle.sh(line, lab.shell);
        expect(result.status, `${line}\n${result.stderr}`).toBe(0);
      }
      expect(await state(lab)).toEqual(before);
    });
    watched.check();
    await program.stop();
  });
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
