// A downloaded bundle, read as a person reads it: unpack, open README.md, run its lines.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type Result, run } from "./program.ts";

/** The parts of plan.json that a story looks at. */
export interface Plan {
  change_needed: boolean;
  cortex_version: string | null;
  edits: { file: string | null; object?: string; object_path?: string; path: string; from: string | null; to: string }[];
  not_covered: { image: string; where: string; container?: string; instead: string }[];
  left_running?: { where: string; choose: string; pods: number | null; images: { image: string; to: string | null }[] }[];
  proofs?: { image: string; target: string; state: "same" | "other_build" | "not_asked" }[];
  steps: {
    id: string;
    target: { kind: string; namespace: string; name: string; uid: string };
    images: { container: string; from: string; to: string }[];
  }[];
}

export class Bundle {
  readonly readme: string;
  readonly plan: Plan;

  private constructor(readonly folder: string) {
    this.readme = readFileSync(join(folder, "README.md"), "utf8");
    this.plan = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8"));
  }

  static unpack(zip: string): Bundle {
    const folder = mkdtempSync(join(tmpdir(), "unthrottle-bundle-"));
    execFileSync("unzip", ["-q", zip, "-d", folder]);
    return new Bundle(folder);
  }

  /** What the remedy does not reach; what it would reach and leaves running is not among it. */
  outOfReach(): Plan["not_covered"] {
    const left = this.plan.left_running ?? [];
    const runs = (one: Plan["not_covered"][number]) =>
      left.some((workload) => workload.where === one.where && workload.images.some((image) => image.image === one.image));
    return this.plan.not_covered.filter((one) => !runs(one));
  }

  /** The `sh` blocks that README.md gives under a heading, each to be copied as a whole. */
  blocks(heading: string): string[] {
    const section = this.readme.split(/^## /m).find((part) => part.startsWith(heading));
    if (!section) throw new Error(`README.md has no section "${heading}"`);
    return shellBlocks(section);
  }

  /** All `sh` blocks of one of the bundle's readmes. */
  blocksOf(path: string): string[] {
    return shellBlocks(this.read(path));
  }

  /** Every file's path in the bundle, sorted. */
  files(): string[] {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => relative(this.folder, join(entry.parentPath, entry.name))).sort();
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** The command lines of those blocks, joined where a line goes on. */
  lines(heading: string): string[] {
    return this.blocks(heading)
      .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
      .map((line) => line.trim())
      .filter((line) => line && !line.startsWith("#"));
  }

  /** Runs one of those lines from inside the bundle, as a person's shell would. */
  sh(line: string, env: NodeJS.ProcessEnv, stdin?: string): Promise<Result> {
    return run("sh", ["-c", line], { cwd: this.folder, env, stdin });
  }
}

function shellBlocks(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((block) => block[1]);
}
