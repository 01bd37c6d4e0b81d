// What a scan asks of a cluster, what it says when it may not see everything, and that the command line,
// files of the same cluster and the wizard agree.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Lab } from "../support/lab.ts";
import { unthrottle } from "../support/program.ts";

test.describe.configure({ mode: "serial" });

let lab: Lab;
test.beforeAll(async () => {
  lab = await Lab.open();
  await lab.lay("cortex-0.22");
});

const KINDS =
  "pods,events,nodes,namespaces,configmaps,deployments,statefulsets,daemonsets,replicasets,replicationcontrollers,jobs,cronjobs";

async function scan(args: string[], env: NodeJS.ProcessEnv = lab.shell): Promise<any> {
  const result = await unthrottle(["scan", "-o", "json", ...args], env);
  expect(result.status, result.stderr).toBe(0);
  return JSON.parse(result.stdout);
}

test("a full scan only lists, gets and asks what it may", async () => {
  const before = lab.audit().length;
  await scan(["--context", lab.context]);
  const asked = lab.audit().slice(before).filter((entry) => !entry.userAgent?.startsWith("kubectl"));
  expect(asked.length).toBeGreaterThan(0);
  for (const entry of asked) {
    const review = entry.objectRef?.resource?.endsWith("accessreviews") && entry.verb === "create";
    expect(review || ["get", "list", "watch"].includes(entry.verb), `${entry.verb} ${entry.requestURI}`).toBe(true);
    expect(entry.objectRef?.resource, entry.requestURI).not.toBe("secrets");
  }
});

test("who may see less is told what is missing, and never that all is well", async () => {
  for (const [restriction, missing] of [
    ["no-events", "events"],
    ["no-nodes", "nodes"],
    ["one-namespace", "namespace"],
  ]) {
    const kubeconfig = await lab.restricted(restriction);
    const found = await scan(["--kubeconfig", kubeconfig], { ...lab.shell, KUBECONFIG: kubeconfig });
    expect(found.verdict, restriction).not.toBe("not_affected");
    const told = found.not_seen.map((one: any) => `${one.what} ${one.why}`).join("\n");
    expect(told, restriction).toContain(missing);
    expect(told, "the rule that would help").toMatch(/verbs/);
  }
});

test("files of the same cluster say the same as the cluster", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unthrottle-dump-"));
  const dump = join(folder, "cluster.json");
  // A pull attempt between the two readings changes counts and times of events, never cause or place.
  const live = await scan(["--context", lab.context]);
  writeFileSync(dump, await lab.kubectl("get", KINDS, "-A", "-o", "json"));
  const files = await scan(["--from", dump]);
  const essence = (one: any) => ({
    verdict: one.verdict,
    counts: one.counts,
    findings: one.findings
      .map((f: any) => [f.namespace, f.pod, f.container, f.container_kind, f.cause, f.throttle, f.workload.kind, f.workload.name, f.current].join(" "))
      .sort(),
    cortex: one.cortex,
  });
  expect(essence(files)).toEqual(essence(live));

  const plan = async (args: string[], out: string) => {
    const result = await unthrottle(["plan", "--remedy", "quay", "-o", "json", "--bundle", join(folder, out), ...args], lab.shell);
    expect(result.status, result.stderr).toBe(0);
    return JSON.parse(result.stdout);
  };
  const edits = (made: any) =>
    made.edits.map((e: any) => [e.object, e.object_path ?? e.path, e.from, e.to].join(" ")).sort();
  const fromLive = await plan(["--context", lab.context], "live");
  const fromFiles = await plan(["--from", dump], "files");
  expect(edits(fromLive).length).toBeGreaterThan(0);
  // An edited file restarts nothing, so a dump is edited in full; the cluster itself is left running either way.
  const left = fromLive.left_running.flatMap((workload: any) =>
    workload.images.filter((image: any) => image.to).map((image: any) => [workload.where, image.path, image.image, image.to].join(" ")),
  );
  expect(edits(fromFiles)).toEqual([...edits(fromLive), ...left].sort());
  const targets = (made: any) => made.steps.map((s: any) => `${s.op} ${s.target.kind} ${s.target.namespace}/${s.target.name}`);
  expect(targets(fromFiles)).toEqual(targets(fromLive));
});

test("verify, headless, tells that nothing was applied", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unthrottle-verify-"));
  const bundle = join(folder, "bundle.zip");
  const planned = await unthrottle(["plan", "--remedy", "quay", "--context", lab.context, "--bundle", bundle], lab.shell);
  expect(planned.status, planned.stderr).toBe(0);
  const verified = await unthrottle(["verify", bundle, "--context", lab.context, "-o", "json"], lab.shell);
  expect(verified.status, verified.stderr).toBe(1);
  expect(JSON.parse(verified.stdout).outcome).toBe("not_applied");
});

test("one workload alone can be planned", async () => {
  const found = await scan(["--context", lab.context]);
  const stuck = found.findings.find((f: any) => f.workload.kind === "Deployment" && f.image.includes("cortexlabs/"));
  const only = `Deployment/${stuck.namespace}/${stuck.workload.name}`;
  const folder = mkdtempSync(join(tmpdir(), "unthrottle-only-"));
  const result = await unthrottle(
    ["plan", "--remedy", "quay", "--context", lab.context, "--only", only, "--bundle", join(folder, "one"), "-o", "json"],
    lab.shell,
  );
  expect(result.status, result.stderr).toBe(0);
  const targets = JSON.parse(result.stdout).steps.map((s: any) => `${s.target.kind}/${s.target.namespace}/${s.target.name}`);
  expect(targets).toEqual([only]);
});
