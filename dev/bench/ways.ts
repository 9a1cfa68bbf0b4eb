/**
 * The ways to make one step of a move that are compared. A later way gets a key of its own.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { KubeObject } from "../playground/api";
import type { ContextName } from "../playground/clusters";
import type { Ground } from "./ground";
import { manifestsOf, SECRET, SET, TEMPLATE } from "./manifests";
import type { SetOptions } from "./manifests";
import { runProcess } from "./process";
import { indexOf, PulumiProject } from "./pulumiProject";
import type { Up } from "./pulumiProject";

/** A set that is being moved, forward, one ordinal a step. */
export interface Move {
  /** The namespace of the set. */
  readonly namespace: string;
  /** The next step moves the ordinal below this index. */
  readonly cutoverIndex: number;
  /** Makes one step. Returns its wall time and, where there are any, its two `up`. */
  step(): Promise<Step>;
}

/** One step. */
export interface Step {
  readonly ms: number;
  readonly ups?: Readonly<Record<ContextName, Up>>;
}

/** Makes a set in the source of which nothing has moved yet. */
export type Begin = (ground: Ground, namespace: string, options: SetOptions) => Promise<Move>;

/** `pulumi up` on the source, then on the destination. */
export const plain: Begin = (ground, namespace, options) => beginPlain(ground, namespace, options, {});

/** The same without the admission policy around the sets. */
export const withoutLock: Begin = (ground, namespace, options) =>
  beginPlain(ground, namespace, options, { rangeLock: false });

/** The same where each half also looks at the live cluster of the other. */
export const withLivePeer: Begin = (ground, namespace, options) =>
  beginPlain(ground, namespace, options, {}, { source: "destination", destination: "source" });

async function beginPlain(
  ground: Ground,
  namespace: string,
  options: SetOptions,
  config: Readonly<Record<string, unknown>>,
  peerContexts: Readonly<Record<string, string>> = {},
): Promise<Move> {
  await ground.prepare(namespace, options.replicas);
  const { repository, kubeconfig, folder: parent } = ground;
  const project = await PulumiProject.create({
    ...{ parent, repository, kubeconfig, index: indexOf(repository), stacks: ["source", "destination"] },
    manifests: manifestsOf(options),
    config: { namespace, cutoverIndex: options.replicas, ...config },
  });
  for (const [stack, context] of Object.entries(peerContexts)) await project.set(stack, "peerContext", context);
  await project.up("destination");
  await project.up("source");
  return new PlainMove(namespace, project, options.replicas);
}

class PlainMove implements Move {
  public constructor(
    public readonly namespace: string,
    private readonly project: PulumiProject,
    public cutoverIndex: number,
  ) {}

  public async step(): Promise<Step> {
    this.cutoverIndex -= 1;
    this.project.configure({ cutoverIndex: this.cutoverIndex });
    const source = await this.project.up("source");
    const destination = await this.project.up("destination");
    return { ms: destination.startedMs + destination.ms - source.startedMs, ups: { source, destination } };
  }
}

/** The procedure of the Kubernetes blog, by-hand.sh. */
export const byHand: Begin = async (ground, namespace, options) => {
  await ground.prepare(namespace, options.replicas);
  const folder = join(ground.folder, namespace);
  mkdirSync(folder);
  const kubectl = (context: ContextName, ...args: string[]): Promise<unknown> =>
    runProcess("kubectl", ["--context", context, "--namespace", namespace, ...args], placeOf(ground));
  for (const context of ["source", "destination"] as const) {
    const file = join(folder, `${context}.yaml`);
    const objects = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...manifestsOf(options)];
    const here = context === "source" ? objects : objects.filter(({ kind }) => kind !== "Secret").map(withoutPods);
    writeFileSync(file, here.map((object) => stringify(object)).join("---\n"));
    await kubectl(context, "apply", "--filename", file);
    await kubectl(context, "rollout", "status", `statefulset/${SET}`, "--timeout=600s");
  }
  return new ByHandMove(ground, namespace, options.replicas);
};

class ByHandMove implements Move {
  public cutoverIndex: number;

  public constructor(
    private readonly ground: Ground,
    public readonly namespace: string,
    private readonly replicas: number,
  ) {
    this.cutoverIndex = replicas;
  }

  public async step(): Promise<Step> {
    const ordinal = (this.cutoverIndex -= 1);
    const script = join(this.ground.repository, "dev", "bench", "by-hand.sh");
    const numbers = [String(ordinal), String(this.replicas)];
    const args = [script, this.namespace, SET, ...numbers, `${TEMPLATE}-${SET}-${ordinal}`, SECRET];
    return { ms: (await runProcess("bash", args, placeOf(this.ground))).ms };
  }
}

function placeOf({ folder, kubeconfig }: Ground): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  return { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfig } };
}

function withoutPods(object: KubeObject): KubeObject {
  return object.kind === "StatefulSet" ? { ...object, spec: { ...(object.spec as object), replicas: 0 } } : object;
}
