/**
 * A user's Pulumi project in a temporary folder, with a file backend and a Pulumi home of its own.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { readEvents } from "./events";
import type { StackOutputs } from "../../core/contract/record";
import type { Told } from "./events";
import { runProcess } from "./pulumiProcess";
import type { Ended, Interruption } from "./pulumiProcess";
import { tell } from "./tools";

const repository = resolve(__dirname, "../..");
const projectName = "moved";

/** One of the two stacks. */
export type Side = "source" | "destination";

/** What a project is made of. */
export interface ProjectOptions {
  /** File name to contents: what the key `manifests` names. */
  readonly manifests: Readonly<Record<string, string>>;
  /** Path of the kubeconfig with the contexts `source` and `destination`. */
  readonly kubeconfig: string;
  /** Config of the project, as in Pulumi.yaml. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** How a run of `pulumi` ended, and what it did. */
export type Run = Ended & Told;

/** A project with the stacks `source` and `destination`. */
export class Project {
  /** Every line that `pulumi` has printed so far. */
  public printed = "";
  private runs = 0;

  private constructor(
    /** The folder of Pulumi.yaml. */
    public readonly folder: string,
    /** The temporary folder with everything. */
    public readonly root: string,
    private readonly env: NodeJS.ProcessEnv,
    private config: Readonly<Record<string, unknown>>,
  ) {}

  /** Makes the folder and both stacks. */
  public static async create(options: ProjectOptions): Promise<Project> {
    const root = mkdtempSync(join(tmpdir(), "cutover-e2e-"));
    const folder = join(root, "project");
    const home = join(root, "home");
    for (const each of [folder, home, join(root, "state")]) mkdirSync(each);
    sharePlugins(home);
    for (const [name, text] of Object.entries(options.manifests)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: projectName, dependencies: {} }));
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "index.ts"), `export = require(${JSON.stringify(join(repository, "index"))});\n`);
    const tsconfig = { extends: join(repository, "tsconfig.json"), compilerOptions: { noCheck: true } };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...tsconfig, include: ["index.ts"] }));
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DEBUG_COMMANDS: "true",
      KUBECONFIG: options.kubeconfig,
    };
    const project = new Project(folder, root, env, { manifests: Object.keys(options.manifests), ...options.config });
    project.writeProjectFile();
    for (const side of ["source", "destination"]) await project.must("stack", "init", side);
    return project;
  }

  /** Changes Pulumi.yaml's config, as a pull request would. `undefined` removes a key. */
  public setConfig(change: Readonly<Record<string, unknown>>): void {
    this.config = { ...this.config, ...change };
    this.writeProjectFile();
  }

  /** Changes the environment of later runs. */
  public setEnv(name: string, value: string): void {
    this.env[name] = value;
  }

  /** Writes a manifest again. */
  public writeManifest(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** The one number. */
  public get cutoverIndex(): number {
    return Number(this.config.cutoverIndex);
  }

  public set cutoverIndex(cutoverIndex: number) {
    this.setConfig({ cutoverIndex });
  }

  /** `pulumi up`, without the preview before it. */
  public up(side: Side, interruption?: Interruption, ...more: string[]): Promise<Run> {
    return this.step("up", side, ["--yes", "--skip-preview", ...more], interruption);
  }

  /** `pulumi preview`. */
  public preview(side: Side, ...more: string[]): Promise<Run> {
    return this.step("preview", side, more);
  }

  /** `pulumi destroy`. */
  public destroy(side: Side): Promise<Run> {
    return this.step("destroy", side, ["--yes", "--skip-preview"]);
  }

  /** `pulumi cancel`: takes the lock of a killed run away. */
  public cancel(side: Side): Promise<Ended> {
    return this.run(["cancel", "--yes", side]);
  }

  /** The stack's outputs, secrets shown. */
  public async outputs(side: Side): Promise<StackOutputs> {
    const { stdout } = await this.must("stack", "output", "--json", "--show-secrets", "-s", side);
    return JSON.parse(stdout) as StackOutputs;
  }

  /** Runs something while a stack has a config value of its own. */
  public async withConfig<T>(side: Side, key: string, value: string, work: () => Promise<T>): Promise<T> {
    await this.must("config", "set", key, value, "-s", side);
    try {
      return await work();
    } finally {
      await this.must("config", "rm", key, "-s", side);
    }
  }

  /** Any `pulumi` command. */
  public async run(args: readonly string[], interruption?: Interruption): Promise<Ended> {
    const place = { cwd: this.folder, env: this.env };
    const ended = await runProcess("pulumi", [...args, "--non-interactive", "--color=never"], place, interruption);
    this.printed += ended.output;
    return ended;
  }

  /** The command `cutover`, as it was built. */
  public async cutover(args: readonly string[], interruption?: Interruption): Promise<Ended> {
    const bin = join(repository, "bin", "cutover.js");
    const ended = await runProcess(process.execPath, [bin, ...args], { cwd: this.folder, env: this.env }, interruption);
    this.printed += ended.output;
    tell(
      `cutover ${args.join(" ")} ${ended.interrupted ? "interrupted" : `ended with ${ended.code}`} in ${ended.ms} ms`,
    );
    return ended;
  }

  /** A `pulumi` command that must succeed. */
  public async must(...args: string[]): Promise<Ended> {
    const ended = await this.run(args);
    if (ended.code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${ended.output}`);
    return ended;
  }

  /** Removes everything that was made on this machine. */
  public remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private async step(command: string, side: Side, more: readonly string[], interruption?: Interruption): Promise<Run> {
    const log = join(this.root, `events-${(this.runs += 1)}.json`);
    const at = this.cutoverIndex;
    const ended = await this.run([command, "-s", side, "--event-log", log, ...more], interruption);
    const told = readEvents(log);
    const how = ended.interrupted ? "interrupted" : ended.code === 0 ? "ok" : "failed";
    tell(`pulumi ${command} -s ${side} (k=${at}) ${how} in ${ended.ms} ms, ${told.operations.length} operations`);
    return { ...ended, ...told };
  }

  private writeProjectFile(): void {
    const config = Object.entries(this.config).filter(([, value]) => value !== undefined);
    writeFileSync(
      join(this.folder, "Pulumi.yaml"),
      stringify({
        name: projectName,
        main: "index.ts",
        runtime: { name: "nodejs", options: { packagemanager: "npm", tsconfig: "tsconfig.json" } },
        options: { refresh: "always" },
        config: Object.fromEntries(config.map(([key, value]) => [key, isMap(value) ? { value } : { default: value }])),
      }),
    );
  }
}

/** Pulumi takes no map for a default. */
function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Plugins that `pulumi` has downloaded on this machine are not downloaded again for every project. */
function sharePlugins(home: string): void {
  const plugins = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
  if (existsSync(plugins)) symlinkSync(plugins, join(home, "plugins"));
}
