// The program under test: started on a free port with a data directory of its own, stopped at the end.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The binary; `cargo xtask test` names it. */
export const binary = required("UNTHROTTLE_BIN");

export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run the tests by "cargo xtask test"`);
  return value;
}

/** Nothing is asked of the world's registries: a port where nobody answers stands for them. */
const ALONE = { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1,localhost" };

export class Program {
  private constructor(
    private readonly child: ChildProcess,
    readonly dataDir: string,
    /** The printed address with its launch token. */
    readonly start: URL,
    readonly stderr: () => string,
  ) {}

  static async serve(options: { args?: string[]; env?: NodeJS.ProcessEnv } = {}): Promise<Program> {
    const dataDir = mkdtempSync(join(tmpdir(), "unthrottle-e2e-"));
    const child = spawn(binary, ["serve", "--no-open", "--port", "0", "--data-dir", dataDir, ...(options.args ?? [])], {
      env: { ...process.env, ...ALONE, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr!.on("data", (chunk) => (errors += chunk));
    const line = await new Promise<string>((resolve, reject) => {
      let out = "";
      child.stdout!.on("data", (chunk) => {
        out += chunk;
        if (out.includes("\n")) resolve(out.slice(0, out.indexOf("\n")));
      });
      child.once("exit", (code) => reject(new Error(`the program ended with ${code}:\n${errors}`)));
    });
    return new Program(child, dataDir, new URL(line), () => errors);
  }

  /** Stops as a person does, and checks that it is a clean end. */
  async stop(): Promise<void> {
    const ended = new Promise<number | null>((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGINT");
    const status = await ended;
    rmSync(this.dataDir, { recursive: true, force: true });
    if (status !== 0) throw new Error(`the program ended with ${status}:\n${this.stderr()}`);
  }
}

export interface Result {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end; a status other than 0 is a result, not an error. */
export function run(
  file: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { env: { ...process.env, ...options.env }, cwd: options.cwd, maxBuffer: 512 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") return reject(error);
        resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
      },
    );
    // A program that refuses its arguments may be gone before it is given anything.
    child.stdin?.on("error", (error: NodeJS.ErrnoException) => error.code === "EPIPE" || reject(error));
    child.stdin?.end(options.stdin ?? "");
  });
}

/** The program as a command, with a data directory of its own. */
export async function unthrottle(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), "unthrottle-cli-"));
  try {
    return await run(binary, [...args, "--data-dir", dataDir], { env: { ...ALONE, ...env } });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
