// One change instead of many: the policies of a bundle, by the README's lines, in an API server that evaluates them.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Bundle } from "../support/bundle.ts";
import { isAnswered, isByNode, Lab, repository } from "../support/lab.ts";
import { type Result, unthrottle } from "../support/program.ts";

test.describe.configure({ mode: "serial" });

const REWRITE = "One change instead of many";
const GUARD = "A guard against drifting back";
const DIGEST = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
// A namespace that no plan of the lab touches.
const ELSEWHERE = "kube-public";
const POLICIES = ["mutating", "validating"].flatMap((kind) => [`${kind}admissionpolicies`, `${kind}admissionpolicybindings`]).join();
// A policy works some moments after it was made.
const SOON = { timeout: 60_000, intervals: [1_000] };

let lab: Lab;
test.beforeAll(async () => {
  lab = await Lab.open();
  await lab.lay("cortex-0.22");
});

// What a failed test leaves would rename images under the next one.
test.afterEach(async () => {
  await lab.kubectl("delete", POLICIES, "--all");
});

/** The bundle of a remedy for the lab, by the command line. */
async function plan(remedy: string, ...set: string[]): Promise<Bundle> {
  const zip = join(mkdtempSync(join(tmpdir(), "unthrottle-wide-")), "bundle.zip");
  const answers = set.flatMap((answer) => ["--set", answer]);
  const result = await unthrottle(["plan", "--remedy", remedy, "--context", lab.context, "--bundle", zip, ...answers], lab.shell);
  expect(result.status, result.stderr).toBe(0);
  return Bundle.unpack(zip);
}

/** Runs a line that has to succeed. */
async function sh(bundle: Bundle, line: string, stdin?: string): Promise<Result> {
  const result = await bundle.sh(line, lab.shell, stdin);
  expect(result.status, `${line}\n${result.stderr}`).toBe(0);
  return result;
}

/** A Pod with these images in its containers, the first one everywhere else as well. */
function pod(images: string[], namespace = "default") {
  const containers = images.map((image, index) => ({ name: `c${index}`, image, env: [{ name: "KEPT", value: "yes" }] }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "probe", namespace },
    spec: {
      initContainers: [{ name: "first", image: images[0] }],
      containers,
      volumes: [
        { name: "files", image: { reference: images[0], pullPolicy: "IfNotPresent" } },
        { name: "empty", emptyDir: {} },
      ],
    },
  };
}

function deployment(images: string[], namespace = "default") {
  const labels = { app: "probe" };
  const template = { metadata: { labels }, spec: { containers: pod(images).spec.containers } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "probe", namespace }, spec: { selector: { matchLabels: labels }, template } };
}

/** What the API server would make of an object, and what it says to it. */
async function admitted(bundle: Bundle, object: object): Promise<{ object: any; warning: string }> {
  const result = await sh(bundle, "kubectl create -f - --dry-run=server -o json", JSON.stringify(object));
  return { object: JSON.parse(result.stdout), warning: result.stderr };
}

async function renamed(bundle: Bundle, images: string[], namespace?: string): Promise<string[]> {
  const { object } = await admitted(bundle, pod(images, namespace));
  const { containers, initContainers, volumes } = object.spec;
  const names = containers.map((one: any) => one.image);
  expect([initContainers[0].image, volumes[0].image.reference], "everywhere alike").toEqual([names[0], names[0]]);
  // Nothing else changes.
  expect(containers.map((one: any) => one.env[0].value)).toEqual(images.map(() => "yes"));
  expect(volumes[1].emptyDir).toEqual({});
  return names;
}

test("copies: exactly the moved images are renamed, in every spelling, and the guard warns", async () => {
  const bundle = await plan("quay");
  const [apply, undo] = bundle.lines(REWRITE);
  const moves = new Map(bundle.plan.steps.flatMap((step) => step.images.map((image) => [image.from, image.to])));
  const [from, to] = [...moves].find(([image]) => /^cortexlabs\/[^@]+:[^@]+$/.test(image))!;
  const staying = [`${from}@${DIGEST}`, `quay.io/${from}`, "nginx:1.27", `localhost/${from}`, `localhost:5000/${from}`];
  const spellings = [from, `docker.io/${from}`, `index.docker.io/${from}`, `registry-1.docker.io/${from}`];
  const nobody = [...spellings, ...staying];
  expect(await renamed(bundle, nobody), "before").toEqual(nobody);

  await sh(bundle, apply);
  await expect(async () => {
    expect(await renamed(bundle, nobody)).toEqual([to, to, to, to, ...staying]);
  }).toPass(SOON);
  for (const [from, to] of moves) expect(await renamed(bundle, [from])).toEqual([to]);
  const touched = new Set(bundle.plan.steps.map((step) => step.target.namespace));
  for (const namespace of ["kube-system", "kube-public", "kube-node-lease"]) {
    expect(await renamed(bundle, [from], namespace), namespace).toEqual([touched.has(namespace) ? to : from]);
  }

  const reflected = pod([from]);
  const annotations = { "kubernetes.io/config.mirror": "a file on the node" };
  const mirror = { ...reflected, metadata: { ...reflected.metadata, annotations }, spec: { ...reflected.spec, nodeName: "lab-node-1" } };
  expect((await admitted(bundle, mirror)).object.spec.containers[0].image, "a static Pod").toBe(from);

  await test.step("a Pod that names Docker Hub runs from quay.io", async () => {
    const runs = pod([from]);
    const { initContainers, volumes, ...spec } = runs.spec;
    await sh(bundle, "kubectl create -f -", JSON.stringify({ ...runs, spec }));
    await expect(async () => {
      const [one] = (await lab.containers()).filter((container) => container.pod === "probe");
      expect(one.image).toBe(to);
      expect(one.state).not.toBe("waiting");
    }).toPass(SOON);
    expect((await lab.elsewhere()).filter((one) => isByNode(one) && isAnswered(one)).map((one) => one.repository)).toContain(repository(to));
    // A container that is put into it is renamed as well, and those that are there stay as they are.
    for (const name of ["one", "two"]) await sh(bundle, `kubectl debug probe --image=${from} -c ${name}`);
    const [own] = (await lab.list("pods")).filter((one) => one.metadata.name === "probe");
    expect(own.spec.ephemeralContainers.map((one: any) => one.image)).toEqual([to, to]);
    await sh(bundle, "kubectl label pod probe touched=yes");
    await sh(bundle, "kubectl delete pod probe --now");
  });

  await sh(bundle, undo);
  await expect(async () => expect(await renamed(bundle, nobody)).toEqual(nobody)).toPass(SOON);

  await test.step("the guard", async () => {
    const [apply, undo] = bundle.lines(GUARD);
    const before = lab.audit().length;
    await sh(bundle, apply);
    await expect(async () => {
      expect((await admitted(bundle, deployment([`docker.io/${from}`]))).warning).toContain(`docker.io/${from} (use ${to})`);
    }).toPass(SOON);
    const cron = { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "probe", namespace: ELSEWHERE } };
    const job = { spec: { template: { spec: { restartPolicy: "Never", containers: pod([from]).spec.containers } } } };
    expect((await admitted(bundle, { ...cron, spec: { schedule: "0 0 * * *", jobTemplate: job } })).warning).toContain(from);
    expect((await admitted(bundle, pod([from]))).warning).toContain(from);
    expect((await admitted(bundle, deployment(["grafana/grafana"]))).warning, "where the plan is").toContain("grafana/grafana");

    const foreseen = bundle.outOfReach().map((one) => one.image).find((image) => !image.includes(" "))!;
    for (const quiet of [deployment([to]), deployment([foreseen]), deployment(["grafana/grafana"], ELSEWHERE)]) {
      expect((await admitted(bundle, quiet)).warning).toBe("");
    }
    const noted = lab.audit().slice(before).map((entry) => JSON.stringify(entry.annotations ?? {}));
    expect(noted.some((text) => text.includes("validation_failure") && text.includes(from))).toBe(true);
    // The server checks types by and by, and has no doubts.
    await expect(async () => {
      const [policy] = await lab.list("validatingadmissionpolicies");
      expect(policy.status.observedGeneration).toBe(policy.metadata.generation);
      expect(policy.status.typeChecking.expressionWarnings ?? []).toEqual([]);
    }).toPass(SOON);
    await sh(bundle, undo);
    expect(await lab.list(POLICIES)).toEqual([]);
  });
});

test("a cache: every image on Docker Hub is renamed", async () => {
  const bundle = await plan("ecr-cache", "account=123456789012", "region=us-east-1");
  const [apply, undo] = bundle.lines(REWRITE);
  const cache = "123456789012.dkr.ecr.us-east-1.amazonaws.com/docker-hub";
  const names: [string, string][] = [
    ["nginx", `${cache}/library/nginx:latest`],
    ["nginx:1.27", `${cache}/library/nginx:1.27`],
    ["library/nginx:1.27", `${cache}/library/nginx:1.27`],
    ["docker.io/nginx:1.27", `${cache}/library/nginx:1.27`],
    ["index.docker.io/library/nginx:1.27", `${cache}/library/nginx:1.27`],
    ["registry.hub.docker.com/library/nginx", `${cache}/library/nginx:latest`],
    [`nginx@${DIGEST}`, `${cache}/library/nginx@${DIGEST}`],
    [`nginx:1.27@${DIGEST}`, `${cache}/library/nginx:1.27@${DIGEST}`],
    ["grafana/grafana:11", `${cache}/grafana/grafana:11`],
    ["quay.io/nginx:1.27", "quay.io/nginx:1.27"],
    ["localhost/nginx", "localhost/nginx"],
    ["mirror:5000/nginx", "mirror:5000/nginx"],
    [`${cache}/library/nginx:1.27`, `${cache}/library/nginx:1.27`],
  ];
  await sh(bundle, apply);
  await expect(async () => {
    expect(await renamed(bundle, names.map(([from]) => from))).toEqual(names.map(([, to]) => to));
  }).toPass(SOON);
  await sh(bundle, undo);
  expect(await lab.list(POLICIES)).toEqual([]);
});
