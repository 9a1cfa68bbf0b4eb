/**
 * The two clusters as one thing: a folder with both control planes and one kubeconfig.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ensureBinaries } from "./build";
import type { ComponentName } from "./components";
import { ControlPlane } from "./controlPlane";
import { PlaygroundError } from "./errors";
import { renderKubeconfig } from "./kubeconfig";
import { withLock } from "./processes/lock";
import { span } from "./talk";
import type { Talk } from "./talk";

/** The contexts of the two clusters, which are the program's defaults. */
export const CONTEXTS = ["source", "destination"] as const;

/** One of the two contexts. */
export type ContextName = (typeof CONTEXTS)[number];

/** Where the clusters live unless told otherwise, relative to the working directory. */
export const DEFAULT_DIR = join(".cache", "clusters");

/** One cluster, as `status` and `up` report it. */
export interface ClusterStatus {
  /** Name of the kube context. */
  readonly context: ContextName;
  /** URL of the API server; null if the cluster was not started. */
  readonly server: string | null;
  /** Process ids by component. */
  readonly pids: Partial<Record<ComponentName, number>>;
  /** What is wrong, in words; empty if all of it runs and answers. */
  readonly problems: readonly string[];
}

/** Both clusters, as `status` and `up` report them. */
export interface ClustersStatus {
  /** Whether both run and answer. */
  readonly running: boolean;
  /** Folder of the clusters. */
  readonly dir: string;
  /** Path of the kubeconfig with both contexts; null if there is none. */
  readonly kubeconfig: string | null;
  /** The clusters, by context. */
  readonly clusters: Readonly<Record<ContextName, ClusterStatus>>;
}

/** What `up` leaves in a folder that it made. */
interface Mark {
  /** The topmost folder that did not exist before; null if the folder's parent did. */
  readonly madeAbove: string | null;
}

/** The two clusters that live in one folder. */
export class Clusters {
  /** Absolute path of the folder. */
  readonly dir: string;
  private starting: readonly ControlPlane[] = [];
  private takingBack: Promise<void> | undefined;
  private madeAbove: string | null = null;

  /**
   * @param dir folder of the clusters
   * @param talk where progress is told
   */
  constructor(
    dir: string,
    private readonly talk: Talk,
  ) {
    this.dir = resolve(dir);
  }

  /** Path of the kubeconfig with both contexts. */
  get kubeconfig(): string {
    return join(this.dir, "kubeconfig");
  }

  /** One of the control planes, if it was started. */
  controlPlane(context: ContextName): ControlPlane | undefined {
    return ControlPlane.open(join(this.dir, context));
  }

  /** Starts both clusters unless they run. What is left of a run that broke is cleaned up first. */
  async up(): Promise<ClustersStatus> {
    this.refuseForeignFolder();
    const before = await this.status();
    if (before.running) {
      this.talk.say(`Both clusters are already running (${this.dir}).`);
      return before;
    }
    const binaries = await ensureBinaries(this.talk);
    return await this.locked(async () => {
      // Somebody else may have started them while this command waited for the lock.
      const now = await this.status();
      if (now.running) {
        this.talk.say(`Both clusters are already running (${this.dir}).`);
        return now;
      }
      const hadFolder = existsSync(this.markFile);
      if ((await this.remove()) > 0 || hadFolder) {
        this.sayProblems(now);
        this.talk.say("Removed what was left of them; starting both again from empty.");
      }
      await this.start(binaries);
      return this.status();
    });
  }

  /** Kills both clusters and removes their folder. Returns whether there was anything. */
  down(): Promise<boolean> {
    this.refuseForeignFolder();
    return this.locked(async () => {
      const hadFolder = existsSync(this.dir);
      return (await this.remove()) > 0 || hadFolder;
    });
  }

  /** Looks at both clusters. */
  async status(): Promise<ClustersStatus> {
    const [source, destination] = await Promise.all([this.look("source"), this.look("destination")]);
    const hasKubeconfig = existsSync(this.kubeconfig);
    return {
      running: hasKubeconfig && source.problems.length === 0 && destination.problems.length === 0,
      dir: this.dir,
      kubeconfig: hasKubeconfig ? this.kubeconfig : null,
      clusters: { source, destination },
    };
  }

  /** Takes back what an `up` of this process has started so far; the `up` fails. Returns whether there was anything. */
  async interrupt(): Promise<boolean> {
    const planes = this.starting;
    if (planes.length === 0) {
      return false;
    }
    this.takingBack = Promise.all(planes.map((plane) => plane.stop())).then(() => {
      rmSync(this.dir, { recursive: true, force: true });
    });
    await this.takingBack;
    return true;
  }

  private async look(context: ContextName): Promise<ClusterStatus> {
    const plane = this.controlPlane(context);
    return plane === undefined
      ? { context, server: null, pids: {}, problems: ["not started"] }
      : { context, server: plane.server, pids: plane.pids(), problems: await plane.problems() };
  }

  private async start(binaries: string): Promise<void> {
    const startedMs = Date.now();
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    const mark: Mark = { madeAbove: this.madeAbove };
    writeFileSync(this.markFile, JSON.stringify(mark));
    const planes = this.planes(binaries);
    this.starting = planes;
    this.talk.progress("starting both clusters");
    try {
      await Promise.all(
        planes.map(async (plane) => {
          await plane.start();
          this.talk.say(
            `${plane.context}: ${this.talk.good("ready")} in ${span(Date.now() - startedMs)}, ${plane.server}`,
          );
        }),
      );
    } catch (error) {
      if (this.takingBack === undefined) {
        // The logs stay, to be read; the processes do not.
        await Promise.all(planes.map((plane) => plane.kill()));
        this.talk.say(`The logs are in ${this.dir}; \`down\` removes them.`);
      }
      await this.takingBack;
      throw error;
    } finally {
      this.starting = [];
    }
    writeFileSync(this.kubeconfig, renderKubeconfig(planes.map((plane) => plane.kubeContext)), { mode: 0o600 });
  }

  /** Also finds processes whose folder was removed under them. Returns how many there were. */
  private async remove(): Promise<number> {
    const counts = await Promise.all(this.planes("").map((plane) => plane.stop()));
    rmSync(this.dir, { recursive: true, force: true });
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private planes(binaries: string): ControlPlane[] {
    return CONTEXTS.map((context, index) =>
      ControlPlane.create(join(this.dir, context), { context, number: index + 1, binaries }),
    );
  }

  /** Holds the folder's lock, a file beside it. Folders above that were made for it go with the clusters. */
  private async locked<T>(work: () => Promise<T>): Promise<T> {
    this.madeAbove = this.readMark()?.madeAbove ?? mkdirSync(dirname(this.dir), { recursive: true }) ?? null;
    const wait = (pid: number): void => {
      this.talk.say(`process ${pid} is busy with ${this.dir}; waiting for it`);
    };
    try {
      return await withLock(`${this.dir}.lock`, wait, work);
    } finally {
      this.removeEmptyFoldersAbove();
    }
  }

  private removeEmptyFoldersAbove(): void {
    if (this.madeAbove === null || existsSync(this.dir)) {
      return;
    }
    for (let folder = dirname(this.dir); folder.startsWith(this.madeAbove); folder = dirname(folder)) {
      if (!existsSync(folder) || readdirSync(folder).length > 0) {
        return;
      }
      rmdirSync(folder);
    }
  }

  /** The folder is removed as a whole on `down`: it must be one that `up` made. */
  private refuseForeignFolder(): void {
    if (this.readMark() === undefined && existsSync(this.dir) && readdirSync(this.dir).length > 0) {
      throw new PlaygroundError(
        `${this.dir} holds files that are not the playground's: choose another folder with --dir`,
      );
    }
  }

  private readMark(): Mark | undefined {
    const file = this.markFile;
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Mark) : undefined;
  }

  private get markFile(): string {
    return join(this.dir, "statefulset-cutover-clusters.json");
  }

  private sayProblems(status: ClustersStatus): void {
    for (const { context, problems } of Object.values(status.clusters)) {
      if (problems.length > 0) {
        this.talk.say(`${context}: ${this.talk.bad(problems.join(", "))}`);
      }
    }
  }
}
