/**
 * One complete control plane on loopback: etcd, API server, controller manager, scheduler and KWOK for nodes and pods.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "./api";
import { playgroundFolder } from "./build";
import {
  assignPorts,
  COMPONENTS,
  commandLine,
  type ComponentName,
  layoutOf,
  type Layout,
  PORT_COUNT,
  type Ports,
} from "./components";
import { PlaygroundError, messageOf } from "./errors";
import { type KubeContext, renderKubeconfig } from "./kubeconfig";
import { createNodes, nodesReady } from "./nodes";
import { freePorts, LOOPBACK } from "./ports";
import { answers } from "./probes";
import { findProcesses, hasEnded, isPaused, killProcess, launch, runningPid, signal } from "./processes";
import { createStorageClasses } from "./storage";

const START_LIMIT_MS = 120_000;
const POLL_MS = 50;
const LOG_LINES_SHOWN = 5;

/** What a control plane is made from. */
export interface ControlPlaneOptions {
  /** Name of its kube context: `source` or `destination`. Also the start of its nodes' names. */
  readonly context: string;
  /** 1 or 2: keeps the address ranges of the two apart. */
  readonly number: number;
  /** Folder with the five binaries. */
  readonly binaries: string;
  /** Feature gates of the API server and the controller manager, as their flag takes them. Default: Kubernetes' own. */
  readonly featureGates?: string;
}

interface ClusterRecord extends ControlPlaneOptions {
  readonly ports: Ports;
}

/** A control plane that can be started and stopped, as a whole or a component at a time. */
export class ControlPlane {
  private readonly layout: Layout;
  private ended = false;

  private constructor(
    folder: string,
    private readonly options: ControlPlaneOptions,
    private ports: Ports | undefined,
  ) {
    this.layout = layoutOf(folder);
  }

  /** A control plane that will live in `folder`; nothing is started yet. */
  static create(folder: string, options: ControlPlaneOptions): ControlPlane {
    return new ControlPlane(folder, options, undefined);
  }

  /** The control plane that was started in `folder`, perhaps by another process; undefined if there is none. */
  static open(folder: string): ControlPlane | undefined {
    const { record } = layoutOf(folder);
    if (!existsSync(record)) {
      return undefined;
    }
    const { ports, ...options } = JSON.parse(readFileSync(record, "utf8")) as ClusterRecord;
    return new ControlPlane(folder, options, ports);
  }

  /** Name of the kube context. */
  get context(): string {
    return this.options.context;
  }

  /** Path of a kubeconfig that has this cluster's context only. */
  get kubeconfig(): string {
    return this.layout.kubeconfig;
  }

  /** URL of the API server. */
  get server(): string {
    return `https://${LOOPBACK}:${this.usedPorts.api}`;
  }

  /** What a kubeconfig says about this cluster. */
  get kubeContext(): KubeContext {
    return {
      context: this.context,
      server: this.server,
      certificateAuthority: readFileSync(this.layout.certificate, "utf8"),
      token: readFileSync(this.layout.tokens, "utf8").split(",")[0] ?? "",
    };
  }

  /** A client of the API server, with the administrator's token. */
  client(): ApiClient {
    return ApiClient.fromKubeconfig(this.kubeconfig, this.context);
  }

  /** The process ids of the components that run (or are paused). */
  pids(): Partial<Record<ComponentName, number>> {
    const found: Partial<Record<ComponentName, number>> = {};
    for (const component of COMPONENTS) {
      const pid = this.pid(component);
      if (pid !== undefined) {
        found[component] = pid;
      }
    }
    return found;
  }

  /** Starts everything and waits until pods can be made: three nodes Ready, storage classes there. */
  async start(): Promise<void> {
    this.ended = false;
    this.ports = assignPorts(await freePorts(PORT_COUNT));
    this.refuseIfEnded();
    this.writeFiles(this.ports);
    this.launch("etcd");
    this.launch("kube-apiserver");
    await this.until(
      "kube-apiserver",
      () => existsSync(this.layout.certificate) && existsSync(this.layout.certificateKey),
    );
    writeFileSync(this.kubeconfig, renderKubeconfig([this.kubeContext]), { mode: 0o600 });
    await this.until("kube-apiserver", () => this.answers("kube-apiserver"));
    const others = COMPONENTS.filter((component) => component !== "etcd" && component !== "kube-apiserver");
    for (const component of others) {
      this.launch(component);
    }
    const client = this.client();
    try {
      await createNodes(client, this.context, this.options.number);
      await createStorageClasses(client);
      await Promise.all(others.map((component) => this.until(component, () => this.answers(component))));
      await this.until("kwok", () => nodesReady(client));
      await this.until("kube-controller-manager", async () => {
        // Without it every pod of the namespace is refused.
        return (await client.find("/api/v1/namespaces/default/serviceaccounts/default")) !== undefined;
      });
    } finally {
      client.close();
    }
  }

  /** Kills every component; data and logs stay. A start that is under way fails. Returns how many processes there were. */
  async kill(): Promise<number> {
    this.ended = true;
    const pids = findProcesses(COMPONENTS, this.mark);
    await Promise.all(pids.map(killProcess));
    return pids.length;
  }

  /** Kills every component and removes the folder with all data. Returns how many processes there were. */
  async stop(): Promise<number> {
    const count = await this.kill();
    rmSync(this.layout.folder, { recursive: true, force: true });
    return count;
  }

  /**
   * Takes one component away, as a crash (SIGKILL, the default), an orderly end (SIGTERM) or a machine that hangs (SIGSTOP)
   * does. Returns when the process is gone or paused.
   */
  async stopComponent(component: ComponentName, how: "SIGKILL" | "SIGTERM" | "SIGSTOP" = "SIGKILL"): Promise<void> {
    const pid = this.pid(component);
    if (pid === undefined) {
      return;
    }
    signal(pid, how);
    const done = (): boolean => (how === "SIGSTOP" ? isPaused(pid) : hasEnded(pid));
    const deadline = Date.now() + START_LIMIT_MS;
    while (!done()) {
      if (Date.now() > deadline) {
        throw new Error(`${this.context}: ${component} does not react to ${how}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Lets a paused component go on, or starts one that was stopped, on the same port with the same data. Waits for it. */
  async startComponent(component: ComponentName): Promise<void> {
    const pid = this.pid(component);
    if (pid === undefined) {
      this.launch(component);
    } else {
      signal(pid, "SIGCONT");
    }
    await this.until(component, () => this.answers(component));
  }

  /** What is wrong with this control plane, in words; empty if all of it runs and answers. */
  async problems(): Promise<string[]> {
    const found = await Promise.all(
      COMPONENTS.map(async (component) => {
        const pid = this.pid(component);
        if (pid === undefined) {
          return `${component} does not run`;
        }
        if (isPaused(pid)) {
          return `${component} is paused`;
        }
        return (await this.answers(component)) ? "" : `${component} does not answer`;
      }),
    );
    return found.filter((problem) => problem !== "");
  }

  private get usedPorts(): Ports {
    if (this.ports === undefined) {
      throw new Error(`${this.context} was not started`);
    }
    return this.ports;
  }

  /** Every command line of this control plane contains this, and no other's does. */
  private get mark(): string {
    return `${this.layout.folder}/`;
  }

  private pid(component: ComponentName): number | undefined {
    return runningPid(this.layout.pid(component), this.mark);
  }

  private writeFiles(ports: Ports): void {
    const { layout, options } = this;
    mkdirSync(layout.folder, { recursive: true, mode: 0o700 });
    const record: ClusterRecord = { ...options, ports };
    writeFileSync(layout.record, JSON.stringify(record, null, 2));
    const token = randomBytes(24).toString("hex");
    writeFileSync(layout.tokens, `${token},playground-admin,playground-admin,system:masters\n`, { mode: 0o600 });
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(layout.serviceAccountKey, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
    writeFileSync(layout.serviceAccountPublicKey, publicKey.export({ type: "spki", format: "pem" }));
  }

  private refuseIfEnded(): void {
    if (this.ended) {
      throw new PlaygroundError(`${this.context}: stopped while it was starting`);
    }
  }

  private launch(component: ComponentName): void {
    const { layout, options } = this;
    this.refuseIfEnded();
    const stages = join(playgroundFolder(), "stages");
    launch({
      binary: join(options.binaries, component),
      args: commandLine(component, { ...options, layout, ports: this.usedPorts, stages }),
      cwd: layout.folder,
      logFile: layout.log(component),
      pidFile: layout.pid(component),
    });
  }

  /** Waits for a condition that `component` is to bring about; gives up at once when it, or what it stands on, died. */
  private async until(component: ComponentName, condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    let last = "";
    for (;;) {
      try {
        if (await condition()) {
          return;
        }
      } catch (error) {
        last = `: ${messageOf(error)}`;
      }
      this.refuseIfEnded();
      const dead = (["etcd", component] as const).find((each) => this.pid(each) === undefined);
      if (dead !== undefined || Date.now() > deadline) {
        const what =
          dead === undefined ? `was not ready after ${START_LIMIT_MS / 1000} s${last}` : "ended while it was starting";
        const shown = dead ?? component;
        throw new PlaygroundError(
          [`${this.context}: ${shown} ${what}. The end of its log:`, ...this.logEnd(shown)].join("\n  "),
        );
      }
      await sleep(POLL_MS);
    }
  }

  private logEnd(component: ComponentName): string[] {
    const file = this.layout.log(component);
    const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
    return [...lines.slice(-LOG_LINES_SHOWN), `(${join(basename(this.layout.folder), "logs", `${component}.log`)})`];
  }

  private answers(component: ComponentName): Promise<boolean> {
    return answers(component, { ports: this.usedPorts, kubeconfig: this.kubeconfig, context: this.context });
  }
}
