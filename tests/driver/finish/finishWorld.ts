import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { annotations } from "../../../core/kubernetes";
import type { KubernetesObject, PersistentVolume } from "../../../core/kubernetes";
import { peerOf, rangeOf, sides } from "../../../core/ordinals";
import type { Side } from "../../../core/ordinals";
import { rangeLockOf } from "../../../core/protections/rangeLock";
import type { FinishOptions } from "../../../driver/finish/finish";
import type { Ended, Pulumi } from "../../../driver/pulumi";
import type { TidiedCluster } from "../../../live/finish/tidy";
import { claim, liveSet, outputs, pod, volume } from "../../core/builders";
import { FakeCluster } from "../../live/fakeCluster";

const manifest = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  serviceName: web
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: web }] }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

/** Someone killed the process. */
export class Killed extends Error {}

/** A stack as the fake keeps it. */
interface Stack {
  resources: number;
  outputs: Record<string, unknown>;
  readonly config: Record<string, string>;
}

/** Two clusters at the end of a move of a set of two, and a Pulumi CLI that knows what the stages call. */
export class FinishWorld implements Pulumi {
  public readonly folder = mkdtempSync(join(tmpdir(), "cutover-finish-"));
  public readonly clusters: Record<Side, FakeCluster>;
  public readonly stacks: Partial<Record<Side, Stack>> = {};
  /** What was changed, in order. */
  public readonly changes: string[] = [];
  /** The change, counted from 0, before or after which the process dies. */
  public kill: { readonly at: number; readonly when: "before" | "after" } | undefined;
  /** What a command says instead of running; undefined: it runs. */
  public sayInstead: (command: string) => string | undefined = () => undefined;

  /** @param holder the half that holds all. */
  public constructor(public readonly holder: Side) {
    const index = holder === "source" ? 2 : 0;
    writeFileSync(join(this.folder, "set.yaml"), manifest);
    writeFileSync(join(this.folder, "Pulumi.yaml"), `name: web\nruntime: nodejs\nconfig:\n  cutoverIndex: ${index}\n`);
    const clusterOf = (side: Side): FakeCluster => {
      const turn = side === holder ? 3 : 4;
      const range = rangeOf(side, { start: 0, replicas: 2 }, index);
      const set = liveSet(range, turn);
      const lock = rangeLockOf({ namespace: "shop", name: "web", stack: side });
      const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
      const cluster = new FakeCluster(`uid-of-${side}`, set, space, lock.policy, lock.binding);
      for (const ordinal of [0, 1]) {
        const metadata = { ...volume(ordinal).metadata, annotations: { [annotations.reclaimPolicy]: "Delete" } };
        cluster.put(claim(ordinal), { ...volume(ordinal, { persistentVolumeReclaimPolicy: "Retain" }), metadata });
        if (side === holder) cluster.put(pod(`web-${ordinal}`, true, [`data-web-${ordinal}`]));
      }
      const own = outputs(side, index, turn, {
        set: {
          name: "web",
          namespace: "shop",
          start: 0,
          replicas: 2,
          fingerprint: { claimTemplates: "c", podTemplate: "p" },
        },
      });
      this.stacks[side] = {
        resources: 5,
        outputs: { ...own, held: range, offer: "[secret]" },
        config: { "web:manifests": '["set.yaml"]', "web:cutoverIndex": String(index), "other:password": "" },
      };
      return cluster;
    };
    this.clusters = { source: clusterOf("source"), destination: clusterOf("destination") };
  }

  public get options(): FinishOptions {
    const stacks = { source: "source", destination: "destination" };
    return { folder: this.folder, stacks, removeClaims: false, dryRun: false, problems: [] };
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  public stop(): void {
    // Nothing runs longer than a moment.
  }

  /** A cluster by its context, which is named as its half. */
  public readonly open = ({ context }: { readonly context: string }): TidiedCluster => {
    const cluster = this.clusters[context as Side];
    return {
      look: cluster,
      giveBack: ({ volume: { metadata, spec }, policy }) =>
        this.change(`${context}: ${metadata.name} ${policy}`, () => {
          const { [annotations.reclaimPolicy]: noted, ...others } = metadata.annotations ?? {};
          expect(noted).toBe(policy);
          const given = { ...metadata, annotations: others };
          cluster.put({
            ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: given },
            spec: { ...spec, persistentVolumeReclaimPolicy: policy },
          });
        }),
      remove: ({ kind, metadata }) =>
        this.change(`${context}: -${metadata.name}`, () => {
          cluster.remove(kind, metadata.namespace, metadata.name);
        }),
    };
  };

  public async run(args: readonly string[], onOutput?: (text: string) => void): Promise<Ended> {
    const command = args.filter((arg) => !/^--(yes|skip-preview|suppress-progress)$/.test(arg)).join(" ");
    const named = args[0] === "stack" && args[1] === "rm" ? args[2] : args[args.indexOf("-s") + 1];
    const side = sides.find((each) => each === named);
    const stack = side && this.stacks[side];
    if (side === undefined || stack === undefined) return ended(6, `error: no stack named '${String(named)}' found\n`);
    const said = this.sayInstead(command);
    if (said !== undefined) return ended(255, said);
    const config = Object.entries(stack.config).map(([key, value]) => [
      key,
      key.startsWith("other:") ? { secret: true } : { value, secret: false },
    ]);
    switch (args.slice(0, 2).join(" ")) {
      case "config --json":
        return ended(0, JSON.stringify(Object.fromEntries(config)));
      case "stack output":
        return ended(0, JSON.stringify(stack.outputs));
      case "stack export":
        return ended(0, JSON.stringify({ deployment: { resources: Array(stack.resources).fill({}) } }));
      case "config set":
        return this.changed(command, () => (stack.config[`web:${String(args[2])}`] = String(args[3])));
      case "stack rm":
        return this.changed(command, () => {
          expect(stack.resources).toBe(0);
          this.stacks[side] = undefined;
        });
    }
    onOutput?.(`${command}\n`);
    if (args[0] === "up") {
      return this.changed(command, () => {
        expect(stack.config["web:peerStack"]).toBe("none");
        this.unlock(side);
      });
    }
    expect(args[0]).toBe("destroy");
    return this.changed(command, () => {
      this.unlock(side);
      this.clusters[side].remove("StatefulSet", "shop", "web");
      Object.assign(stack, { resources: 0, outputs: {} });
    });
  }

  /** Every object of a cluster but what it is itself. */
  public objects(side: Side): string[] {
    const isSpace = ({ kind, metadata }: KubernetesObject): boolean => kind === "Namespace" && metadata.name !== "shop";
    return [...this.clusters[side].objects.values()]
      .filter((object) => !isSpace(object))
      .map((object) => {
        const { persistentVolumeReclaimPolicy: policy } = (object.spec ?? {}) as Partial<PersistentVolume["spec"]>;
        return `${object.kind} ${object.metadata.name}${policy === undefined ? "" : ` ${policy}`}`;
      })
      .sort();
  }

  /** The half that goes. */
  public get other(): Side {
    return peerOf(this.holder);
  }

  private unlock(side: Side): void {
    for (const kind of ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"]) {
      this.clusters[side].remove(kind, undefined, "statefulset-cutover.shop.web");
    }
  }

  private async changed(what: string, work: () => void): Promise<Ended> {
    await this.change(what, work);
    return ended(0, "");
  }

  private change(what: string, work: () => void): Promise<void> {
    const dies = this.kill?.at === this.changes.length ? this.kill.when : undefined;
    if (dies === "before") return Promise.reject(new Killed());
    this.changes.push(what);
    work();
    return dies === "after" ? Promise.reject(new Killed()) : Promise.resolve();
  }
}

function ended(code: number, output: string): Promise<Ended> {
  return Promise.resolve({ code, stdout: code === 0 ? output : "", output });
}
