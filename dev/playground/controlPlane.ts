/**
 * One complete control plane on loopback: etcd, API server, controller manager, scheduler and KWOK for nodes and pods.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { PlaygroundApi } from "./api";
import { ComponentProcesses } from "./processes/componentProcesses";
import type { HowToStop } from "./processes/componentProcesses";
import { assignPorts, COMPONENTS, layoutOf, PORT_COUNT } from "./components";
import type { ComponentName, Layout, Ports } from "./components";
import { PortTakenError } from "./errors";
import { renderKubeconfig } from "./kubeconfig";
import type { KubeContext } from "./kubeconfig";
import { createNodes, nodesReady } from "./nodes";
import { LOOPBACK } from "./processes/ports";
import { isOwnEtcd } from "./observer/probes";
import { isPaused } from "./processes/processes";
import { releasePorts, reservePorts } from "./processes/reservation";
import { createStorageClasses } from "./storage";

/** How often a start is tried while other programs take the ports that were free a moment before. */
const STARTS = 5;

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
  private readonly processes: ComponentProcesses;

  private constructor(
    folder: string,
    private readonly options: ControlPlaneOptions,
    private ports: Ports | undefined,
  ) {
    this.layout = layoutOf(folder);
    this.processes = new ComponentProcesses({ ...options, layout: this.layout }, () => this.usedPorts);
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
  client(): PlaygroundApi {
    return PlaygroundApi.fromKubeconfig(this.kubeconfig, this.context);
  }

  /** The process ids of the components that run (or are paused). */
  pids(): Partial<Record<ComponentName, number>> {
    const found: Partial<Record<ComponentName, number>> = {};
    for (const component of COMPONENTS) {
      const pid = this.processes.pid(component);
      if (pid !== undefined) {
        found[component] = pid;
      }
    }
    return found;
  }

  /** Starts everything and waits until pods can be made: three nodes Ready, storage classes there. */
  async start(): Promise<void> {
    this.processes.beginAgain();
    for (let tries = 1; ; tries++) {
      try {
        await this.startOnce();
        return;
      } catch (error) {
        if (!(error instanceof PortTakenError) || tries >= STARTS) {
          throw error;
        }
        // From empty: the others may have talked to whoever has the port.
        await this.processes.kill();
        this.processes.refuseIfEnded();
        this.remove();
      }
    }
  }

  /** Kills every component; data and logs stay. A start that is under way fails. Returns how many processes there were. */
  kill(): Promise<number> {
    return this.processes.end();
  }

  /** Kills every component and removes the folder with all data. Returns how many processes there were. */
  async stop(): Promise<number> {
    const count = await this.kill();
    this.remove();
    return count;
  }

  /**
   * Takes one component away, as a crash (SIGKILL, the default), an orderly end (SIGTERM) or a machine that hangs (SIGSTOP)
   * does. Returns when the process is gone or paused.
   */
  stopComponent(component: ComponentName, how: HowToStop = "SIGKILL"): Promise<void> {
    return this.processes.stop(component, how);
  }

  /** Lets a paused component go on, or starts one that was stopped, on the same port with the same data. Waits for it. */
  startComponent(component: ComponentName): Promise<void> {
    return this.processes.startAgain(component);
  }

  /** What is wrong with this control plane, in words; empty if all of it runs and answers. */
  async problems(): Promise<string[]> {
    const found = await Promise.all(
      COMPONENTS.map(async (component) => {
        const pid = this.processes.pid(component);
        if (pid === undefined) {
          return `${component} does not run`;
        }
        if (isPaused(pid)) {
          return `${component} is paused`;
        }
        return (await this.processes.answers(component)) ? "" : `${component} does not answer`;
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

  private async startOnce(): Promise<void> {
    const { layout, processes } = this;
    this.ports = assignPorts(await reservePorts(PORT_COUNT, layout.folder));
    processes.refuseIfEnded();
    this.writeFiles(this.ports);
    processes.launch("etcd");
    // Before anybody writes into it: an etcd that answers may be somebody else's, and ours about to find its port taken.
    await processes.until("etcd", () => isOwnEtcd(this.usedPorts.etcd, layout));
    processes.launch("kube-apiserver");
    await processes.until("kube-apiserver", () => existsSync(layout.certificate) && existsSync(layout.certificateKey));
    writeFileSync(this.kubeconfig, renderKubeconfig([this.kubeContext]), { mode: 0o600 });
    await processes.until("kube-apiserver", () => processes.answers("kube-apiserver"));
    const others = COMPONENTS.filter((component) => component !== "etcd" && component !== "kube-apiserver");
    for (const component of others) {
      processes.launch(component);
    }
    const client = this.client();
    try {
      await createNodes(client, this.context, this.options.number);
      await createStorageClasses(client);
      await Promise.all(others.map((component) => processes.until(component, () => processes.answers(component))));
      await processes.until("kwok", () => nodesReady(client));
      await processes.until("kube-controller-manager", async () => {
        // Without it every pod of the namespace is refused.
        return (await client.find("/api/v1/namespaces/default/serviceaccounts/default")) !== undefined;
      });
    } finally {
      client.close();
    }
  }

  private remove(): void {
    rmSync(this.layout.folder, { recursive: true, force: true });
    releasePorts(this.layout.folder);
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
}
