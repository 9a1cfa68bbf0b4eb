/**
 * A user's Pulumi project in a temporary folder, with a file backend and a Pulumi home of its own.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { KubeObject } from "../playground/api";
import { runProcess } from "./process";
import type { Ended } from "./process";

/** What a project is made of. */
export interface ProjectOptions {
  /** The folder in which it gets one of its own. */
  readonly parent: string;
  /** Root of this repository. */
  readonly repository: string;
  readonly kubeconfig: string;
  readonly stacks: readonly string[];
  /** Text of its entry point: CommonJS, which is TypeScript as well. */
  readonly index: string;
  /** Whether Pulumi is to compile it as TypeScript. Default: it runs as it is, as the project of this repository. */
  readonly compiles?: boolean;
  readonly manifests?: readonly KubeObject[];
  /** Config of the project, as in Pulumi.yaml. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Moments in the program's own process, in milliseconds since 1970. */
export interface Marks {
  /** The process was started. */
  readonly nodeMs: number;
  /** The SDK is loaded, the entry point begins. */
  readonly entryMs: number;
  /** The program is loaded. */
  readonly loadedMs?: number;
  /** It has looked, decided and declared. */
  readonly declaredMs?: number;
  /** It has read again what was written. */
  readonly provenMs?: number;
}

/** An `up`, with what it told about itself. */
export interface Up extends Ended {
  /**
   * How long the engine says that its operations took, by kind of object: whole seconds from the first one on. What the
   * awaiters waited for is in it.
   */
  readonly operationsMs: Readonly<Record<string, number>>;
  /** Of a program that leaves them, as the two below do. */
  readonly marks: Marks | undefined;
}

const noteMoments = [
  "const entryMs = Date.now();",
  'const marks = { nodeMs: require("node:perf_hooks").performance.timeOrigin, entryMs };',
  'process.on("exit", () => require("node:fs").writeFileSync(process.env.BENCH_MARKS, JSON.stringify(marks)));',
];

/** An entry point that does nothing but note when it was reached. */
export const emptyIndex = [...noteMoments, ""].join("\n");

/**
 * An entry point that declares the same objects as ours with nothing around them, and reads the outputs of the other
 * stack: what a person would write.
 */
export function bareIndex(namespace: string, manifests: readonly KubeObject[]): string {
  const classes: Readonly<Record<string, string>> = {
    Namespace: "core/v1/namespace",
    Secret: "core/v1/secret",
    Service: "core/v1/service",
    StatefulSet: "apps/v1/statefulSet",
  };
  const objects = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...manifests];
  const declared = objects.map(({ kind = "", metadata, ...rest }) => {
    const text = JSON.stringify({ ...rest, metadata: { ...metadata, namespace } });
    return `new (require("@pulumi/kubernetes/${String(classes[kind])}").${kind})("${kind}", ${text}, options);`;
  });
  return [
    ...noteMoments,
    'const pulumi = require("@pulumi/pulumi");',
    'const { Provider } = require("@pulumi/kubernetes/provider");',
    "marks.loadedMs = Date.now();",
    'const options = { provider: new Provider("cluster", { context: "source" }) };',
    ...declared,
    "marks.declaredMs = Date.now();",
    'exports.other = new pulumi.StackReference("organization/benchmark/destination").outputs;',
    "",
  ].join("\n");
}

/** An entry point that runs this repository's program as built, and notes when what was reached. */
export function indexOf(repository: string): string {
  return [
    ...noteMoments,
    `const main = require(${JSON.stringify(join(repository, "dist", "index.js"))});`,
    "marks.loadedMs = Date.now();",
    "module.exports = async () => {",
    "  const outputs = await main();",
    "  marks.declaredMs = Date.now();",
    "  outputs.held.apply(() => { marks.provenMs = Date.now(); });",
    "  return outputs;",
    "};",
    "",
  ].join("\n");
}

/** A project with its stacks. */
export class PulumiProject {
  private constructor(
    private readonly root: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly options: ProjectOptions,
  ) {}

  /** Makes the folder and the stacks. */
  public static async create(options: ProjectOptions): Promise<PulumiProject> {
    const root = mkdtempSync(join(options.parent, "project-"));
    for (const folder of ["project", "home", "state"]) mkdirSync(join(root, folder));
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PULUMI_HOME: join(root, "home"),
      PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: options.kubeconfig,
      BENCH_MARKS: join(root, "marks.json"),
    };
    const project = new PulumiProject(root, env, options);
    project.writeFiles();
    for (const stack of options.stacks) await project.run("stack", "init", stack);
    return project;
  }

  /** Changes config, as a pull request would. */
  public configure(config: Readonly<Record<string, unknown>>): void {
    const { repository, manifests } = this.options;
    const all = { ...(manifests && { manifests: ["set.yaml"] }), ...this.options.config, ...config };
    const file = {
      name: "benchmark",
      main: this.entryPoint,
      runtime: {
        name: "nodejs",
        options: {
          packagemanager: "npm",
          ...(this.options.compiles === true ? { tsconfig: "tsconfig.json" } : { typescript: false }),
        },
      },
      options: { refresh: "always" },
      config: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, { default: value }])),
    };
    writeFileSync(join(this.folder, "Pulumi.yaml"), stringify(file));
    // Pulumi looks for `noCheck` in this very file, not in what it extends; without it every first `up` checks all types.
    const compilerOptions = { noCheck: true };
    const tsconfig = { extends: join(repository, "tsconfig.pulumi.json"), compilerOptions, include: ["index.ts"] };
    writeFileSync(join(this.folder, "tsconfig.json"), JSON.stringify(tsconfig));
  }

  /** Sets config of one stack. */
  public async set(stack: string, key: string, value: string): Promise<void> {
    await this.run("config", "set", key, value, "--stack", stack);
  }

  /** `pulumi up`, without the preview before it. */
  public async up(stack: string): Promise<Up> {
    const marksFile = this.env.BENCH_MARKS ?? "";
    rmSync(marksFile, { force: true });
    const ended = await this.run("up", "--stack", stack, "--yes", "--skip-preview");
    const marks = existsSync(marksFile) ? (JSON.parse(readFileSync(marksFile, "utf8")) as Marks) : undefined;
    return { ...ended, operationsMs: operationsIn(ended.output), marks };
  }

  private get entryPoint(): string {
    return this.options.compiles === true ? "index.ts" : "index.js";
  }

  private get folder(): string {
    return join(this.root, "project");
  }

  private run(...args: string[]): Promise<Ended> {
    return runProcess("pulumi", [...args, "--non-interactive", "--color=never"], { cwd: this.folder, env: this.env });
  }

  private writeFiles(): void {
    const { repository, index, manifests = [] } = this.options;
    // Plugins that `pulumi` has downloaded on this machine are not downloaded again.
    const plugins = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
    if (existsSync(plugins)) symlinkSync(plugins, join(this.root, "home", "plugins"));
    writeFileSync(join(this.folder, "package.json"), JSON.stringify({ name: "benchmark" }));
    writeFileSync(join(this.folder, this.entryPoint), index);
    writeFileSync(join(this.folder, "set.yaml"), manifests.map((object) => stringify(object)).join("---\n"));
    symlinkSync(join(repository, "node_modules"), join(this.folder, "node_modules"));
    this.configure({});
  }
}

/** How long each kind of object took, from lines such as ` ~  kubernetes:apps/v1:StatefulSet web updated (0.46s)`. */
export function operationsIn(output: string): Record<string, number> {
  const longest: Record<string, number> = {};
  const line = /^\s*[^\s\w]+\s+kubernetes:\S+:(\w+) \S+ (?:created|updated) \((\d+(?:\.\d+)?)s\)/gm;
  for (const [, kind = "", seconds] of output.matchAll(line)) {
    longest[kind] = Math.max(longest[kind] ?? 0, Math.round(Number(seconds) * 1000));
  }
  return longest;
}

/** Kinds whose operations stand in a row: each waits for the one before. */
const awaitedKinds = ["PersistentVolume", "PersistentVolumeClaim", "StatefulSet"];

/** How long an `up` wrote and waited for the cluster, as the engine tells it. */
export function awaitedMs({ operationsMs }: Up): number {
  return awaitedKinds.reduce((sum, kind) => sum + (operationsMs[kind] ?? 0), 0);
}

/** A moment of an `up`: when `pulumi` was started, or one that the program's process noted. */
export type Moment = "startedMs" | keyof Marks;

/** When it was, in milliseconds since 1970; NaN if it was not noted. */
export function momentOf({ startedMs, marks }: Up, moment: Moment): number {
  return moment === "startedMs" ? startedMs : (marks?.[moment] ?? NaN);
}
