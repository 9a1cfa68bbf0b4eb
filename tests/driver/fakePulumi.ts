import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { refusalProblem } from "../../core/protocol/advice";
import type { Advice } from "../../core/protocol/decision";
import { sides } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import { decide } from "../../core/protocol/protocol";

import { readWorkload } from "../../core/manifests/workload";
import { contract } from "../../core/contract/record";
import { renderProblem } from "../../core/userError";
import type { Ended, Pulumi, StopSignal } from "../../driver/pulumi";
import type { WalkOptions } from "../../driver/walk";
import type { State, World } from "../core/protocol/protocolModel";
import { completed, situationOf } from "../core/protocol/protocolModel";

const manifest = (start: number, replicas: number): string => `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web }
spec:
  replicas: ${replicas}
  ordinals: { start: ${start} }
  serviceName: web
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: web }] }
`;

/** No `up` has run yet. */
export const untouched: State = [
  { exported: undefined, live: undefined, pods: 0, run: undefined },
  { exported: undefined, live: undefined, pods: 0, run: undefined },
];

/** Both halves at an index, nothing unfinished. */
export function settledAt(world: World, source: number, destination = source, turns = [2, 1] as const): State {
  const from = completed(world, untouched, { side: "source", cutoverIndex: source }, turns[0]);
  return completed(world, from, { side: "destination", cutoverIndex: destination }, turns[1]);
}

/** A project's folder on this disk, and a Pulumi CLI that only knows the protocol. */
export class FakePulumi implements Pulumi {
  public readonly folder = mkdtempSync(join(tmpdir(), "cutover-driver-"));
  /** What was run, such as `source@3`, with how it ended where it did not go through. */
  public readonly ups: string[] = [];
  /** Every command line, and every config file that an `up` was given. */
  public readonly commands: string[] = [];
  public readonly configFiles: string[] = [];
  public readonly signals: StopSignal[] = [];
  public readonly locked = new Set<Side>();
  /** Config of a stack over the project's. */
  public readonly config: Record<Side, Record<string, string>> = { source: {}, destination: {} };
  /** Keys of a stack that are encrypted. */
  public readonly encrypted: Record<Side, string[]> = { source: [], destination: [] };
  /** What an `up` says instead of running; undefined: it runs. */
  public sayInstead: (up: Advice) => string | undefined = () => undefined;

  public constructor(
    public readonly world: World,
    public state: State,
    public wanted: number | undefined,
  ) {
    const { start, replicas } = world.set;
    writeFileSync(join(this.folder, "set.yaml"), manifest(start, replicas));
    writeFileSync(join(this.folder, "Pulumi.yaml"), "name: web\nruntime: nodejs\n");
    writeFileSync(join(this.folder, "Pulumi.source.yaml"), "encryptionsalt: v1:salt=:of the source\n");
  }

  public get options(): WalkOptions {
    const stacks = { source: "source", destination: "destination" };
    return { folder: this.folder, stacks, dryRun: false, cancelLocks: false, onTrouble: "pause", problems: [] };
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  public stop(signal: StopSignal): void {
    this.signals.push(signal);
  }

  public run(args: readonly string[], onOutput?: (text: string) => void): Promise<Ended> {
    this.commands.push(args.join(" "));
    const side = sides.find((each) => args[args.indexOf("-s") + 1] === each);
    if (side === undefined) return ended(6, "error: no stack named 'nowhere' found\n");
    const ran =
      args[0] === "config"
        ? ended(0, JSON.stringify(this.configOf(side)))
        : args[0] === "stack"
          ? ended(0, JSON.stringify(args.includes("offer") ? { 2: { data: "hunter2" }, 1: {} } : this.outputsOf(side)))
          : args[0] === "cancel"
            ? this.cancel(side)
            : this.up(side, args[args.indexOf("--config-file") + 1] ?? "");
    return ran.then((end) => {
      onOutput?.(end.output);
      return end;
    });
  }

  private cancel(side: Side): Promise<Ended> {
    this.locked.delete(side);
    return ended(0, "");
  }

  private configOf(side: Side): Record<string, { value?: string; secret: boolean }> {
    const { wanted, world } = this;
    const values = {
      "web:manifests": '["set.yaml"]',
      "web:batch": String(world.batch),
      ...(wanted === undefined ? {} : { "web:cutoverIndex": String(wanted) }),
      ...this.config[side],
    };
    const plain = Object.entries(values).map(([key, value]) => [key, { value, secret: false }] as const);
    const encrypted = [...this.encrypted[side], "other:password"].map((key) => [key, { secret: true }] as const);
    return Object.fromEntries<{ value?: string; secret: boolean }>([...plain, ...encrypted]);
  }

  /** Secret ones as the CLI shows them without --show-secrets. */
  private outputsOf(side: Side): Record<string, unknown> {
    const { own } = situationOf(this.world, this.state, { side, cutoverIndex: 0 });
    if (own === undefined) return { other: "output" };
    const { start, replicas } = this.world.set;
    const files = [{ path: "set.yaml", text: manifest(start, replicas) }];
    const fingerprint = readWorkload(files, { side, patches: [], storageClasses: {} }).value?.fingerprint;
    const set = { ...own.set, name: "web", namespace: "default", fingerprint };
    const secret = "[secret]";
    return { ...own, contract, side, cluster: side, set, offer: secret, inventory: secret, carried: secret };
  }

  private up(side: Side, configFile: string): Promise<Ended> {
    const text = readFileSync(configFile, "utf8");
    this.configFiles.push(text);
    const { config } = parse(text) as { readonly config: Readonly<Record<string, number>> };
    const up = { side, cutoverIndex: config["web:cutoverIndex"] ?? -1 };
    const name = `${side}@${up.cutoverIndex}`;
    const said = this.sayInstead(up);
    if (said !== undefined) {
      this.ups.push(`${name} failed`);
      return ended(255, said);
    }
    if (this.locked.has(side)) {
      this.ups.push(`${name} locked`);
      return ended(255, "error: the stack is currently locked by 1 lock(s). Either wait …\n");
    }
    const { refusal, turn } = decide(situationOf(this.world, this.state, up));
    if (refusal !== undefined) {
      this.ups.push(`${name} refused`);
      const problem = refusalProblem(refusal, up, { source: "source", destination: "destination" });
      return ended(255, `Diagnostics:\n  error: ${renderProblem(problem).replace("first,", "first,\n   ")}\n`);
    }
    this.ups.push(name);
    this.state = completed(this.world, this.state, up, turn);
    return ended(0, `${name}\n`);
  }
}

function ended(code: number, output: string): Promise<Ended> {
  return Promise.resolve({ code, stdout: code === 0 ? output : "", output });
}
