// Every bundle, held against the server and the tools that would take it, without changing anything: patches and new
// objects by a dry run, changed templates also as the Pods that would be made of them, scripts and diffs by their readers.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "@playwright/test";
import { Bundle, type Plan } from "../support/bundle.ts";
import { Lab, state } from "../support/lab.ts";
import { run, unthrottle } from "../support/program.ts";

test.describe.configure({ mode: "serial" });

const ECR = ["account=123456789012", "region=us-east-1"];
const REMEDIES: [string, string[]][] = [
  ["quay", []],
  ["hub-account", ["username=acme"]],
  ["ecr-copy", ECR],
  ["ecr-cache", ECR],
];
// Kinds of software that the lab does not run.
const FOREIGN = ["ClusterPolicy", "EC2NodeClass", "ExternalSecret"];

let lab: Lab;
let before: Record<string, unknown>;
test.beforeAll(async () => {
  lab = await Lab.open();
  await lab.lay("cortex-0.22");
  before = await state(lab);
});

for (const [remedy, answers] of REMEDIES) {
  test(`${remedy}: the server takes what the bundle says`, async () => {
    const bundle = await plan(remedy, answers, ["--context", lab.context]);
    readable(bundle);

    const patches = bundle.files().filter((path) => /^kubernetes\/patches\//.test(path));
    const lines = bundle.lines("Apply").filter((line) => line.includes("--patch-file"));
    expect(lines.map((line) => /--patch-file (\S+?)(;|$)/.exec(line)?.[1]).sort(), "a line for each patch").toEqual(patches);
    for (const line of lines) {
      const object = await dryRun(bundle, line);
      const step = bundle.plan.steps.find((one) => line.includes(`/${one.id}.json`))!;
      expect([object.kind, object.metadata.name], line).toEqual([step.target.kind, step.target.name]);
      const template = object.spec?.template ?? object.spec?.jobTemplate?.spec.template;
      named(step, template?.spec ?? object.spec);
      if (template) named(step, (await asPod(bundle, template, object.metadata.namespace)).spec);
      if (object.kind === "ServiceAccount") {
        expect(object.imagePullSecrets).toContainEqual({ name: "unthrottle-docker-hub" });
      }
    }

    if (bundle.files().some((path) => path.startsWith("kubernetes/new/"))) {
      await succeeds(bundle, "kubectl apply --server-side -k kubernetes/new/ --dry-run=server");
    }
    await everyManifest(bundle);
    expect(await state(lab), "nothing was changed").toEqual(before);
  });
}

test("given files: the diff applies, and the server takes patched manifests and the overlay alike", async () => {
  const given = mkdtempSync(join(tmpdir(), "unthrottle-given-"));
  for (const object of await lab.list("deployments,daemonsets")) {
    write(join(given, "manifests", `${object.kind}-${object.metadata.name}.json`.toLowerCase()), authored(object));
  }
  const [config] = (await lab.list("configmaps")).filter((one) => one.metadata.name === "cluster-config");
  writeFileSync(join(given, "cluster.yaml"), config.data["cluster.yaml"]);

  for (const [remedy, answers] of REMEDIES.filter(([remedy]) => remedy !== "hub-account")) {
    await test.step(remedy, async () => {
      const bundle = await plan(remedy, ["cortex-version=0.22.1", ...answers], ["--from", given]);
      readable(bundle);
      const copy = mkdtempSync(join(tmpdir(), "unthrottle-copy-"));
      cpSync(given, copy, { recursive: true });
      const diff = join(bundle.folder, "diff.patch");
      for (const [tool, args] of [
        ["git", ["apply", "--check", diff]],
        ["patch", ["-p1", "--dry-run", "-i", diff]],
        ["git", ["apply", diff]],
      ] as const) {
        const result = await run(tool, [...args], { cwd: copy });
        expect(result.status, `${tool} ${args.join(" ")}\n${result.stdout}${result.stderr}`).toBe(0);
      }
      for (const path of bundle.files().filter((path) => path.startsWith("patched/"))) {
        execFileSync("cmp", [join(bundle.folder, path), join(copy, path.slice("patched/".length))]);
      }
      const taken = async (line: string) =>
        JSON.parse((await succeeds(bundle, `${line} --server-side --force-conflicts --dry-run=server -o json`)).stdout)
          .items.map((one: any) => [one.kind, one.metadata.name, one.spec])
          .sort();
      const patched = await taken("kubectl apply -R -f patched/manifests");
      expect(patched.length).toBeGreaterThan(1);
      const overlay = await taken("kubectl apply -k kubernetes/overlay");
      expect(overlay.filter(([kind, name]: string[]) => patched.some((one: any) => one[0] === kind && one[1] === name))).toEqual(patched);
    });
  }
  expect(await state(lab), "nothing was changed").toEqual(before);
});

async function plan(remedy: string, answers: string[], source: string[]): Promise<Bundle> {
  const zip = join(mkdtempSync(join(tmpdir(), "unthrottle-dry-")), "bundle.zip");
  const set = answers.flatMap((answer) => ["--set", answer]);
  const args = ["plan", "--remedy", remedy, ...source, ...set, ...lab.registries, "--bundle", zip];
  const result = await unthrottle(args, lab.shell);
  expect(result.status, result.stderr).toBe(0);
  return Bundle.unpack(zip);
}

/** A shell can read every script of a bundle, and every block of its readmes. */
function readable(bundle: Bundle): void {
  const scripts = bundle.files().filter((path) => path.endsWith(".sh")).map((path) => bundle.read(path));
  const blocks = bundle.files().filter((path) => path.endsWith(".md")).flatMap((path) => bundle.blocksOf(path));
  expect(scripts.length + blocks.length).toBeGreaterThan(0);
  for (const input of [...scripts, ...blocks]) execFileSync("sh", ["-n"], { input });
}

/** Runs one of the README's patch lines as a dry run; gives the object that would come of it. */
async function dryRun(bundle: Bundle, line: string): Promise<any> {
  const dry = line.replace(/(--patch-file [^\s;]+)/, "$1 --dry-run=server -o json");
  return JSON.parse((await succeeds(bundle, dry)).stdout);
}

/** What admission says to the Pod that a controller would make of a template. */
async function asPod(bundle: Bundle, template: any, namespace: string): Promise<any> {
  const metadata = { ...template.metadata, generateName: "dry-run-", namespace };
  const pod = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec: template.spec });
  return JSON.parse((await succeeds(bundle, "kubectl create --dry-run=server -o json -f -", pod)).stdout);
}

/** That a pod's specification names the images of a step where the step says. */
function named(step: Plan["steps"][number], spec: any): void {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  for (const { container, to } of step.images) {
    expect(containers.find((one) => one.name === container)?.image, `${step.id} ${container}`).toBe(to);
  }
}

/** Every manifest of a bundle whose kinds the server has; the others are of software that is known to be elsewhere. */
async function everyManifest(bundle: Bundle): Promise<void> {
  const isObject = (path: string) => /\.ya?ml$/.test(path) && /^kind: /m.test(bundle.read(path));
  for (const path of bundle.files().filter(isObject)) {
    const result = await bundle.sh(`kubectl apply --server-side --dry-run=server -f ${path}`, lab.shell);
    const missing = [...result.stderr.matchAll(/no matches for kind "(\w+)"/g)].map((match) => match[1]);
    if (missing.length > 0) expect(FOREIGN, path).toEqual(expect.arrayContaining(missing));
    else expect(result.status, `${path}\n${result.stderr}`).toBe(0);
  }
}

async function succeeds(bundle: Bundle, line: string, stdin?: string) {
  const result = await bundle.sh(line, lab.shell, stdin);
  expect(result.status, `${line}\n${result.stderr}`).toBe(0);
  return result;
}

/** An object as somebody would keep it: without what the server adds. */
function authored({ apiVersion, kind, metadata: { name, namespace, labels }, spec }: any): object {
  return { apiVersion, kind, metadata: { name, namespace, labels }, spec };
}

function write(path: string, value: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
