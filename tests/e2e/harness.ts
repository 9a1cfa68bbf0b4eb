/**
 * A scenario: a set in the source of two real clusters, a user's project that moves it, and an observer that sees it all.
 */
import type { Observation } from "../../dev/playground/observer/observation";
import { Observer } from "../../dev/playground/observer/observer";
import { createVolumesForSet } from "../../dev/playground/storage";
import type { Ground, LiveSet } from "./ground";
import { exampleOf, setManifest } from "./manifests";
import type { ScenarioOptions } from "./manifests";
import type { Interruption } from "./pulumiProcess";
import { Project } from "./project";
import type { Run, Side } from "./project";
import { tell } from "./tools";

/** Follows the words of a refusal. */
export const advicePattern = /Run pulumi up -s (\S+?)(?: with cutoverIndex (\d+))? first, then this again/;

/** One move, from its volumes to its end. */
export class Scenario {
  private finished: Promise<Observation> | undefined;

  private constructor(
    public readonly ground: Ground,
    public readonly project: Project,
    public readonly observer: Observer,
    public readonly namespace: string,
    public readonly name: string,
    /** First ordinal. */
    public readonly start: number,
    /** N. */
    public readonly replicas: number,
  ) {}

  /** Makes the volumes, the project with both stacks, and starts the observer. Nothing is declared yet. */
  public static async prepare(ground: Ground, options: ScenarioOptions): Promise<Scenario> {
    const { namespace, name = "web", start = 0, replicas = 3, templates = ["data"] } = options;
    const storageClass = options.storageClass ?? (options.example === undefined ? "shared" : "");
    for (const template of templates) {
      await createVolumesForSet(ground.client("source"), {
        // Large enough for the claims of every example.
        ...{ namespace, set: name, template, start, replicas, storageClass, size: "2Gi" },
      });
    }
    const observer = await Observer.start({ kubeconfig: ground.kubeconfig });
    const project = await Project.create({
      kubeconfig: ground.kubeconfig,
      manifests:
        options.manifests ??
        (options.example === undefined ? { "set.yaml": setManifest(options) } : exampleOf(options.example)),
      config: { cutoverIndex: start + replicas, namespace, ...options.config },
    });
    tell(`${namespace}: ${name} with ordinals ${start} to ${start + replicas - 1}`);
    const scenario = new Scenario(ground, project, observer, namespace, name, start, replicas);
    ground.onStop(async () => {
      await scenario.finish();
    });
    return scenario;
  }

  /** As `prepare`, and both first ups. */
  public static async begin(ground: Ground, options: ScenarioOptions): Promise<Scenario> {
    const scenario = await Scenario.prepare(ground, options);
    await scenario.mustUp("destination");
    await scenario.mustUp("source");
    return scenario;
  }

  /** s+N: nothing has moved. */
  public get end(): number {
    return this.start + this.replicas;
  }

  /** An `up` at an index, by default the one that Pulumi.yaml has. */
  public up(side: Side, cutoverIndex = this.project.cutoverIndex, interruption?: Interruption): Promise<Run> {
    if (this.project.cutoverIndex !== cutoverIndex) this.project.cutoverIndex = cutoverIndex;
    return this.project.up(side, interruption);
  }

  /** An `up` that must succeed. */
  public async mustUp(side: Side, cutoverIndex = this.project.cutoverIndex): Promise<Run> {
    const run = await this.up(side, cutoverIndex);
    if (run.code !== 0) throw new Error(`pulumi up -s ${side} at cutoverIndex ${cutoverIndex} failed:\n${run.output}`);
    return run;
  }

  /** Both ups of a step, in the right order. */
  public async step(cutoverIndex: number): Promise<void> {
    const order = orderOf(this.project.cutoverIndex, cutoverIndex);
    for (const side of order) await this.mustUp(side, cutoverIndex);
  }

  /** One step after the other until an index. */
  public async moveTo(cutoverIndex: number, batch = 1): Promise<void> {
    while (this.project.cutoverIndex !== cutoverIndex) {
      const at = this.project.cutoverIndex;
      const away = cutoverIndex - at;
      await this.step(at + Math.sign(away) * Math.min(batch, Math.abs(away)));
    }
  }

  /**
   * Runs an `up`, and where it is refused does what the message says, and nothing else, until it goes through.
   *
   * @returns the advice that was followed, in order. Throws if a message gives none, or if it leads nowhere.
   */
  public async followAdvice(side: Side, cutoverIndex: number, limit = 12): Promise<string[]> {
    const followed: string[] = [];
    const plan = [{ side, cutoverIndex }];
    for (let next = plan.pop(); next !== undefined; next = plan.pop()) {
      if (followed.length > limit) throw new Error(`no way out after ${limit} advices:\n${followed.join("\n")}`);
      const run = await this.up(next.side, next.cutoverIndex);
      if (run.code === 0) continue;
      if (run.output.includes("is currently locked")) {
        followed.push(`pulumi cancel -s ${next.side}`);
        await this.project.cancel(next.side);
        plan.push(next);
        continue;
      }
      const advice = adviceIn(run.output, next.cutoverIndex);
      if (advice === undefined) throw new Error(`no advice in:\n${run.output}\nso far: ${followed.join("; ")}`);
      followed.push(advice.text);
      tell(`  advised: ${advice.text}`);
      // Also after "instead": the goal stays, and its next refusal leads on.
      plan.push(next, advice);
    }
    return followed;
  }

  /** Both halves, by the messages alone, until nothing is refused. Returns the advice that was followed. */
  public async settle(order: readonly Side[], cutoverIndex: number): Promise<string[]> {
    const followed: string[] = [];
    for (const side of order) followed.push(...(await this.followAdvice(side, cutoverIndex)));
    tell(`  way out: ${followed.length === 0 ? "nothing was refused" : followed.join("; ")}`);
    return followed;
  }

  /** The live set of a half. */
  public async live(side: Side): Promise<LiveSet> {
    const set = await this.ground.set(side, this.namespace, this.name);
    if (set === undefined) throw new Error(`${side} has no set ${this.namespace}/${this.name}`);
    return set;
  }

  /** The ordinals that have a pod in a half, terminating ones included. */
  public async ordinals(side: Side): Promise<number[]> {
    const pods = await this.ground.all(side, "pods", this.namespace);
    return [...pods.keys()]
      .filter((pod) => pod.startsWith(`${this.name}-`))
      .map((pod) => Number(pod.slice(this.name.length + 1)))
      .sort((a, b) => a - b);
  }

  /** Which ordinals are where. */
  public async whereabouts(): Promise<Record<Side, number[]>> {
    return { source: await this.ordinals("source"), destination: await this.ordinals("destination") };
  }

  /** Claims and volumes of a half: name and uid, so that one that was made again is another. */
  public async data(side: Side): Promise<string[]> {
    const claims = await this.ground.all(side, "persistentvolumeclaims", this.namespace);
    const volumes = await this.ground.all(side, "persistentvolumes");
    const ofClaims = new Set([...claims.values()].map(({ spec }) => spec.volumeName));
    return [...claims.values(), ...[...volumes.values()].filter(({ metadata }) => ofClaims.has(metadata.name))].map(
      ({ metadata, status }) => `${metadata.name} ${metadata.uid} ${status?.phase ?? ""}`,
    );
  }

  /** What the observer has seen of this set so far. */
  public observed(): Observation {
    return this.observer.report(this.namespace, this.name);
  }

  /** Stops the observer, removes the project, and leaves the clusters to the next scenario. Done by itself at the end. */
  public async finish(): Promise<Observation> {
    this.finished ??= this.observer.stop().then(() => {
      this.project.remove();
      return this.observed();
    });
    return this.finished;
  }
}

/** Every object of a half that a foreign `up` or destroy might touch, with its version. */
export async function untouched({ ground, namespace }: Scenario, side: Side): Promise<string[]> {
  const kinds = ["pods", "persistentvolumeclaims", "services", "secrets", "configmaps"];
  const found = await Promise.all([
    ...kinds.map((kind) => ground.all(side, kind, namespace)),
    ground.all(side, "persistentvolumes"),
  ]);
  const versions = found.flatMap((objects) =>
    [...objects.values()].map(({ metadata }) => `${metadata.name} ${metadata.uid} ${String(metadata.resourceVersion)}`),
  );
  const sets = await ground.client(side).text("GET", `/apis/apps/v1/namespaces/${namespace}/statefulsets`);
  return [...versions, sets.replace(/"metadata":\{"resourceVersion":"\d+"\}/, "")];
}

/** What must hold after anything: no duplicate, and no volume lost, empty, shared or exchanged. */
export function expectNothingLost(scenario: Scenario): void {
  const { overlaps, rebound, volumesDeleted, claimsDeleted, disksShared, claimsMadeEmpty } = scenario.observed();
  const emptyInDestination = claimsMadeEmpty.filter(({ cluster }) => cluster === "destination");
  expect({ overlaps, rebound, volumesDeleted, claimsDeleted, disksShared, emptyInDestination }).toEqual({
    ...{ overlaps: [], rebound: [], volumesDeleted: [], claimsDeleted: [], disksShared: [], emptyInDestination: [] },
  });
}

/** What must hold when a step is over: every ordinal runs, where the index says, and nothing was lost on the way. */
export async function expectWholeSet(scenario: Scenario, cutoverIndex: number): Promise<void> {
  const all = Array.from({ length: scenario.replicas }, (_, index) => scenario.start + index);
  expect(await scenario.whereabouts()).toEqual({
    source: all.filter((ordinal) => ordinal < cutoverIndex),
    destination: all.filter((ordinal) => ordinal >= cutoverIndex),
  });
  expectNothingLost(scenario);
}

/** The half that goes first when the index changes. */
export function orderOf(from: number, to: number): readonly [Side, Side] {
  return to > from ? ["destination", "source"] : ["source", "destination"];
}

/** The `up` that a message advises. */
export function adviceIn(
  output: string,
  asked: number,
): { readonly side: Side; readonly cutoverIndex: number; readonly text: string } | undefined {
  const flat = output.replace(/\s+/g, " ");
  const match = advicePattern.exec(flat);
  if (match === null) return undefined;
  const [text, side, index] = match;
  return { side: side as Side, cutoverIndex: index === undefined ? asked : Number(index), text };
}
