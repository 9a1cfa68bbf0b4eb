/**
 * The five processes of one control plane: started, stopped, asked, waited for.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../core/userError";
import { playgroundFolder } from "../build";
import { COMPONENTS, commandLine } from "../components";
import type { ComponentName, Layout, Ports } from "../components";
import { PlaygroundError, PortTakenError } from "../errors";
import { answers } from "../observer/probes";
import { findProcesses, hasEnded, isPaused, killProcess, launch, runningPid, signal } from "./processes";

const LIMIT_MS = 120_000;
const POLL_MS = 50;
const LOG_LINES_SHOWN = 5;

/** How a component is taken away: as a crash, an orderly end or a machine that hangs does. */
export type HowToStop = "SIGKILL" | "SIGTERM" | "SIGSTOP";

/** What the processes are made from. */
export interface ComponentProcessesOptions {
  /** Files of the control plane. */
  readonly layout: Layout;
  /** Name of its kube context. */
  readonly context: string;
  /** 1 or 2: keeps the address ranges of the two clusters apart. */
  readonly number: number;
  /** Folder with the five binaries. */
  readonly binaries: string;
  /** Feature gates of the API server and the controller manager, as their flag takes them. Default: Kubernetes' own. */
  readonly featureGates?: string;
}

/** The processes of one control plane, on the ports that it has now. */
export class ComponentProcesses {
  private ended = false;

  constructor(
    private readonly options: ComponentProcessesOptions,
    private readonly ports: () => Ports,
  ) {}

  /** The process id of a component that runs or is paused. */
  pid(component: ComponentName): number | undefined {
    return runningPid(this.options.layout.pid(component), this.mark);
  }

  /** Lets a control plane that was ended be started again. */
  beginAgain(): void {
    this.ended = false;
  }

  /** Starts a component. */
  launch(component: ComponentName): void {
    const { layout, binaries } = this.options;
    this.refuseIfEnded();
    const stages = join(playgroundFolder(), "stages");
    launch({
      binary: join(binaries, component),
      args: commandLine(component, { ...this.options, ports: this.ports(), stages }),
      cwd: layout.folder,
      logFile: layout.log(component),
      pidFile: layout.pid(component),
    });
  }

  /** Takes one component away. Returns when the process is gone or paused. */
  async stop(component: ComponentName, how: HowToStop): Promise<void> {
    const pid = this.pid(component);
    if (pid === undefined) {
      return;
    }
    signal(pid, how);
    const done = (): boolean => (how === "SIGSTOP" ? isPaused(pid) : hasEnded(pid));
    const deadline = Date.now() + LIMIT_MS;
    while (!done()) {
      if (Date.now() > deadline) {
        throw new Error(`${this.options.context}: ${component} does not react to ${how}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Lets a paused component go on, or starts one that was stopped. Waits for it. */
  async startAgain(component: ComponentName): Promise<void> {
    const pid = this.pid(component);
    if (pid === undefined) {
      this.launch(component);
    } else {
      signal(pid, "SIGCONT");
    }
    await this.until(component, () => this.answers(component));
  }

  /** Kills all of them; a start that is under way fails. Returns how many there were. */
  async end(): Promise<number> {
    this.ended = true;
    return this.kill();
  }

  /** Kills all of them. Returns how many there were. */
  async kill(): Promise<number> {
    const pids = findProcesses(COMPONENTS, this.mark);
    await Promise.all(pids.map(killProcess));
    return pids.length;
  }

  /** Whether a component says that it is ready. */
  answers(component: ComponentName): Promise<boolean> {
    const { layout, context } = this.options;
    return answers(component, { ports: this.ports(), kubeconfig: layout.kubeconfig, context });
  }

  /** Waits for a condition that `component` is to bring about; gives up at once when it, or what it stands on, died. */
  async until(component: ComponentName, condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + LIMIT_MS;
    let last = "";
    for (;;) {
      let holds = false;
      try {
        holds = await condition();
      } catch (error) {
        last = `: ${messageOf(error)}`;
      }
      this.refuseIfEnded();
      // Looked at afterwards: whoever has its port may have answered in its place.
      const dead = (["etcd", component] as const).find((each) => this.pid(each) === undefined);
      if (holds && dead === undefined) {
        return;
      }
      if (dead !== undefined || Date.now() > deadline) {
        throw this.failure(dead ?? component, dead === undefined ? last : undefined);
      }
      await sleep(POLL_MS);
    }
  }

  /** @throws PlaygroundError if the control plane was ended in the meantime */
  refuseIfEnded(): void {
    if (this.ended) {
      throw new PlaygroundError(`${this.options.context}: stopped while it was starting`);
    }
  }

  /** @param last what the last look said, of a component that runs */
  private failure(component: ComponentName, last: string | undefined): PlaygroundError {
    const { layout, context } = this.options;
    const file = layout.log(component);
    const log = existsSync(file) ? readFileSync(file, "utf8").trimEnd() : "";
    const what = last === undefined ? "ended while it was starting" : `was not ready after ${LIMIT_MS / 1000} s${last}`;
    const message = [
      `${context}: ${component} ${what}. The end of its log:`,
      ...log.split("\n").slice(-LOG_LINES_SHOWN),
      `(${join(basename(layout.folder), "logs", `${component}.log`)})`,
    ].join("\n  ");
    return last === undefined && log.includes("address already in use")
      ? new PortTakenError(message)
      : new PlaygroundError(message);
  }

  /** Every command line of this control plane contains this, and no other's does. */
  private get mark(): string {
    return `${this.options.layout.folder}/`;
  }
}
