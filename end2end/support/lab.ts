// The throttled cluster: laid by `lab scenario`, asked by kubectl and by its registries' logs.
import { readFileSync } from "node:fs";
import { required, run } from "./program.ts";

const lab = required("UNTHROTTLE_LAB");

async function command(args: string[]): Promise<string> {
  const result = await run(lab, args);
  if (result.status !== 0) throw new Error(`lab ${args.join(" ")}: ${result.stderr}`);
  return result.stdout;
}

/** One request that a registry's front saw. */
export interface Seen {
  /** Whom it was charged to: `address:…` or `account:…`. */
  principal: string;
  source: string;
  method: string;
  repository: string | null;
  reference: string | null;
  kind: "manifest" | "blob" | "token";
  status: number;
  counted: boolean;
}

/** Whether somebody got a manifest, which is what Docker Hub counts. */
export function isPull(seen: Seen): boolean {
  return seen.kind === "manifest" && seen.method === "GET" && seen.status === 200;
}

/** Whether somebody asked for a manifest and was told that it is there: with a pull, or by its name alone. */
export function isAnswered(seen: Seen): boolean {
  return seen.kind === "manifest" && seen.status === 200;
}

/** Whether a node asked, and not this machine. */
export function isByNode(seen: Seen): boolean {
  return seen.source !== "127.0.0.1";
}

/** `quay.io/cortexlabs/operator:0.22.1` → `cortexlabs/operator`. */
export function repository(image: string): string {
  return image.replace(/^[^/]+\//, "").replace(/[:@].*$/, "");
}

/** The repository of an image of Docker Hub as its log names it: `nginx:1.27` → `library/nginx`. */
export function hubRepository(image: string): string {
  const name = image.replace(/[:@].*$/, "").replace(/^docker\.io\//, "");
  return name.includes("/") ? name : `library/${name}`;
}

export interface Container {
  pod: string;
  uid: string;
  namespace: string;
  name: string;
  image: string;
  imageID: string;
  state: "running" | "waiting" | "ended";
  reason: string;
}

const PULL_REASONS = ["ErrImagePull", "ImagePullBackOff"];

export class Lab {
  private constructor(
    private readonly env: Record<string, string>,
    readonly context = "lab",
  ) {}

  static async open(): Promise<Lab> {
    const lines = (await command(["env"])).trim().split("\n");
    return new Lab(Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))));
  }

  /** What a shell needs so that `kubectl` is the lab's and reaches the lab. */
  get shell(): NodeJS.ProcessEnv {
    const folder = this.env.KUBECTL.replace(/\/[^/]*$/, "");
    return { KUBECONFIG: this.env.KUBECONFIG, PATH: `${folder}:${process.env.PATH}` };
  }

  async lay(scenario: string): Promise<void> {
    await command(["scenario", scenario]);
  }

  async restricted(what: string): Promise<string> {
    return (await command(["kubeconfig", "--restricted", what])).trim();
  }

  async kubectl(...args: string[]): Promise<string> {
    const result = await run(this.env.KUBECTL, args, { env: this.shell });
    if (result.status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${result.stderr}`);
    return result.stdout;
  }

  async list(kinds: string): Promise<any[]> {
    return JSON.parse(await this.kubectl("get", kinds, "-A", "-o", "json")).items;
  }

  /** Every container of every pod that is not on its way out, with its state. */
  async containers(): Promise<Container[]> {
    const pods = (await this.list("pods")).filter((pod) => !pod.metadata.deletionTimestamp);
    return pods.flatMap((pod) => {
      const spec = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
      const status = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
      return spec.map((container) => {
        const own = status.find((one) => one.name === container.name);
        const state = own?.state?.running ? "running" : own?.state?.terminated ? "ended" : "waiting";
        return {
          pod: pod.metadata.name,
          uid: pod.metadata.uid,
          namespace: pod.metadata.namespace,
          name: container.name,
          image: container.image,
          imageID: own?.imageID ?? "",
          state,
          reason: own?.state?.waiting?.reason ?? "",
        } as const;
      });
    });
  }

  /** Makes the cluster forget its events, as it does by itself after an hour. */
  async forgetEvents(): Promise<void> {
    for (const { metadata } of await this.list("namespaces")) {
      await this.kubectl("delete", "--raw", `/api/v1/namespaces/${metadata.name}/events`);
    }
  }

  /** Containers that wait with a pull reason, as `namespace/pod/container`. */
  async stuck(): Promise<Container[]> {
    return (await this.containers()).filter((one) => PULL_REASONS.includes(one.reason));
  }

  hub(): Promise<Seen[]> {
    return this.log(this.env.LAB_DOCKER_ADMIN);
  }

  /** What the registries that count no pulls saw. */
  async elsewhere(): Promise<Seen[]> {
    return [...(await this.log(this.env.LAB_QUAY_ADMIN)), ...(await this.log(this.env.LAB_PUBLIC_ADMIN))];
  }

  /** Options that let the program find the lab's registries where it would ask the world's. */
  get registries(): string[] {
    const at = (name: string) => `${this.env[`LAB_${name}_HOST`]}=${this.env[`LAB_${name}_URL`]}`;
    return ["DOCKER", "QUAY", "PUBLIC"].flatMap((name) => ["--registry-endpoint", at(name)]);
  }

  /** Opens an account at the lab's Docker Hub, with a paid plan. */
  async account(name: string, password: string): Promise<void> {
    const body = JSON.stringify({ [name]: { password, paid: true } });
    const answer = await fetch(`${this.env.LAB_DOCKER_ADMIN}/accounts`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body,
    });
    if (!answer.ok) throw new Error(`the account was refused: ${answer.status}`);
  }

  ecr(): Promise<Seen[]> {
    return this.log(this.env.LAB_ECR_ADMIN);
  }

  private async log(admin: string): Promise<Seen[]> {
    const text = await (await fetch(`${admin}/log`)).text();
    return text.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  /** The API server's audit log: one entry for each request. */
  audit(): any[] {
    const text = readFileSync(this.env.LAB_AUDIT_LOG, "utf8");
    return text.trim().split("\n").map((line) => JSON.parse(line));
  }
}

/** Annotations that the server writes by itself when an object changes; they differ after a change and its undo. */
const SERVER_OWNED = ["deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"];

/**
 * Spec, labels, annotations, data and pull secrets of every object that people made, and of the Job's pod, which is
 * changed in place.
 */
export async function state(lab: Lab): Promise<Record<string, unknown>> {
  const objects = await lab.list("deployments,daemonsets,statefulsets,jobs,configmaps,serviceaccounts,pods");
  const own = objects.filter(standsAlone);
  return Object.fromEntries(
    own.map((object) => {
      const { kind, metadata, spec, data, imagePullSecrets } = object;
      const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => !SERVER_OWNED.includes(name));
      const kept = { labels: metadata.labels, annotations: Object.fromEntries(annotations), spec, data, imagePullSecrets };
      return [`${kind} ${metadata.namespace}/${metadata.name}`, kept];
    }),
  );
}

/** The pods that nothing would replace, and those of Jobs, which must not fail: their names by UID. */
export async function lonePods(lab: Lab): Promise<Record<string, string>> {
  const alone = (await lab.list("pods")).filter(standsAlone);
  return Object.fromEntries(alone.map(({ metadata }) => [metadata.uid, metadata.name]));
}

function standsAlone({ metadata }: any): boolean {
  const controller = metadata.ownerReferences?.find((owner: any) => owner.controller);
  return !controller || controller.kind === "Job";
}
