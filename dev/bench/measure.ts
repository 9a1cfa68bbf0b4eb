/**
 * The measurements themselves. What is compared alternates, so that a machine that becomes slower does so for all.
 */
import type { Ground } from "./ground";
import { manifestsOf } from "./manifests";
import type { SetOptions } from "./manifests";
import { bareIndex, emptyIndex, momentOf, PulumiProject } from "./pulumiProject";
import type { Moment, Up } from "./pulumiProject";
import { readsOf, requestsOfAStep, writesOf } from "./requests";
import type { Counted, Requests } from "./requests";
import { byHand, plain, withLivePeer, withoutLock } from "./ways";
import type { Begin, Move, Step } from "./ways";

const IDLE_MS = 15_000;

/** What can be measured. */
export const PARTS = [
  "byHand",
  "plain",
  "withoutLock",
  "withLivePeer",
  "growth",
  "floor",
  "typeScript",
  "bare",
] as const;

/** One of them. */
export type Part = (typeof PARTS)[number];

/** What to measure. */
export interface Plan {
  readonly only: readonly Part[];
  /** How often each. */
  readonly runs: number;
  /** N of the sets whose steps are compared. */
  readonly replicas: readonly number[];
}

/** Everything measured of one way. */
export interface WayResult {
  readonly downMs: number[];
  readonly stepMs: number[];
  readonly requests: Requests;
}

/** Every `up`: the two of a step of the plain way, and those of programs to compare them with. */
export interface Ups {
  readonly source: Up[];
  readonly destination: Up[];
  /** Those of an empty program: nothing can be quicker. */
  readonly floor: Up[];
  /** Those of an empty program that Pulumi compiles as TypeScript, as its own templates do. */
  readonly typeScript: Up[];
  /** Those of a program with the same objects and nothing around them, which finds nothing to change. */
  readonly bare: Up[];
}

/** The steps of a set with N replicas. */
export interface GrowthResult {
  readonly replicas: number;
  readonly stepMs: number[];
  /** Its parts, both `up` together: Pulumi starts and refreshes. */
  readonly refreshMs: number[];
  /** The program looks, decides and declares. */
  readonly decideMs: number[];
  /** What it declares is written and awaited, and read again. */
  readonly carryOutMs: number[];
  readonly reads: number;
  readonly writes: number;
}

/** Everything measured. */
export interface Results {
  readonly ways: Readonly<Partial<Record<Way, WayResult>>>;
  readonly ups: Ups;
  readonly growth: GrowthResult[];
  readonly duplicates: number;
}

const begins = { byHand, plain, withoutLock, withLivePeer } as const satisfies Record<string, Begin>;
/** A way to make a step. */
export type Way = keyof typeof begins;
/** All of them. */
export const WAYS = Object.keys(begins) as readonly Way[];
/** N where ways are compared. */
const WAYS_REPLICAS = 6;
const stepsOfASet = WAYS_REPLICAS - 1;

/** Measures all that the plan asks for. */
export async function measure(ground: Ground, plan: Plan): Promise<Results> {
  const ups: Ups = { source: [], destination: [], floor: [], typeScript: [], bare: [] };
  const ways = await measureWays(ground, plan, ups);
  const growth = plan.only.includes("growth") ? await measureGrowth(ground, plan) : [];
  return { ways, ups, growth, duplicates: ground.duplicates() };
}

/** The ways, and the engine's floor, in turns. */
async function measureWays(ground: Ground, { only, runs }: Plan, ups: Ups): Promise<Results["ways"]> {
  const names = WAYS.filter((name) => only.includes(name));
  const still = {
    ...(only.includes("floor") && { floor: await emptyProject(ground, false) }),
    ...(only.includes("typeScript") && { typeScript: await emptyProject(ground, true) }),
    ...(only.includes("bare") && { bare: await bareProject(ground) }),
  };
  const steps = new Map(names.map((name) => [name, { downMs: [] as number[], taken: [] as Taken[] }]));
  const idle = names.length > 0 ? await ground.idle(IDLE_MS) : undefined;
  for (let run = 0; run < runs; run += stepsOfASet) {
    const options: SetOptions = { replicas: WAYS_REPLICAS, podManagementPolicy: "OrderedReady" };
    const moves = await Promise.all(names.map((name) => warm(ground, name, `${name.toLowerCase()}-${run}`, options)));
    for (let each = run; each < Math.min(runs, run + stepsOfASet); each += 1) {
      for (const [index, name] of names.entries()) {
        const move = moves[index];
        if (move === undefined) continue;
        const taken = await take(ground, move);
        steps.get(name)?.taken.push(taken);
        steps.get(name)?.downMs.push(await ground.downMs(move.namespace, move.cutoverIndex));
        if (name === "plain" && taken.step.ups !== undefined) {
          ups.source.push(taken.step.ups.source);
          ups.destination.push(taken.step.ups.destination);
        }
        ground.talk.say(`run ${each + 1} of ${runs}, ${name}: ${taken.step.ms} ms`);
      }
      for (const [name, project] of Object.entries(still) as [keyof typeof still, PulumiProject][]) {
        const up = await project.up("source");
        ups[name].push(up);
        ground.talk.say(`run ${each + 1} of ${runs}, up of the ${name} program: ${up.ms} ms`);
      }
    }
  }
  const results = [...steps].map(([name, { downMs, taken }]): [string, WayResult] => [
    name,
    { downMs, stepMs: taken.map(({ step }) => step.ms), requests: requestsOf(taken, idle) },
  ]);
  return Object.fromEntries(results);
}

/** The first step of a set makes more than the next ones: it is not counted. */
async function warm(ground: Ground, name: Way, namespace: string, options: SetOptions): Promise<Move> {
  const move = await begins[name](ground, namespace, options);
  await move.step();
  return move;
}

/** A set of one size whose steps are compared with those of other sizes. */
function grown(ground: Ground, replicas: number, suffix = ""): Promise<Move> {
  ground.talk.say(`making a set of ${replicas}`);
  return warm(ground, "plain", `growth-${replicas}${suffix}`, { replicas, podManagementPolicy: "Parallel" });
}

/** The same step of sets of all sizes, in turns. All of them are there from the beginning. */
async function measureGrowth(ground: Ground, { replicas, runs }: Plan): Promise<GrowthResult[]> {
  const sets: { readonly n: number; readonly taken: Taken[]; move: Move }[] = [];
  for (const n of replicas) sets.push({ n, taken: [], move: await grown(ground, n) });
  const idle = await ground.idle(IDLE_MS);
  for (let run = 0; run < runs; run += 1) {
    for (const set of sets) {
      // A small set comes to its end: the next one takes its place.
      if (set.move.cutoverIndex === 0) set.move = await grown(ground, set.n, `-${run}`);
      const taken = await take(ground, set.move);
      set.taken.push(taken);
      ground.talk.say(`run ${run + 1} of ${runs}, a set of ${set.n}: ${taken.step.ms} ms`);
    }
  }
  return sets.map(({ n, taken }) => {
    const requests = requestsOf(taken, idle);
    const between = (from: Moment, to: Moment): number[] =>
      taken.map(({ step: { ups = {} } }) =>
        Object.values(ups).reduce((sum, up) => sum + momentOf(up, to) - momentOf(up, from), 0),
      );
    return {
      replicas: n,
      stepMs: taken.map(({ step }) => step.ms),
      refreshMs: between("startedMs", "nodeMs"),
      decideMs: between("loadedMs", "declaredMs"),
      carryOutMs: between("declaredMs", "provenMs"),
      reads: readsOf(requests),
      writes: writesOf(requests),
    };
  });
}

interface Taken {
  readonly step: Step;
  readonly counted: Counted;
}

async function take(ground: Ground, move: Move): Promise<Taken> {
  const { result: step, counted } = await ground.counted(() => move.step());
  return { step, counted };
}

function requestsOf(taken: readonly Taken[], idle: Counted | undefined): Requests {
  if (idle === undefined) throw new Error("no idle clusters were counted");
  return requestsOfAStep(
    taken.map(({ counted }) => counted),
    idle,
  );
}

/** A program that does nothing, with everything else as in ours. */
async function emptyProject(
  { folder: parent, repository, kubeconfig }: Ground,
  compiles: boolean,
): Promise<PulumiProject> {
  const options = { parent, repository, kubeconfig, stacks: ["source"], index: emptyIndex, compiles };
  const project = await PulumiProject.create(options);
  // The first one compiles.
  await project.up("source");
  return project;
}

/** The objects of the set, and nothing around them. */
async function bareProject(ground: Ground): Promise<PulumiProject> {
  const { folder: parent, repository, kubeconfig } = ground;
  const namespace = "bare";
  await ground.prepare(namespace, WAYS_REPLICAS);
  const index = bareIndex(namespace, manifestsOf({ replicas: WAYS_REPLICAS, podManagementPolicy: "OrderedReady" }));
  const stacks = ["destination", "source"];
  const project = await PulumiProject.create({ parent, repository, kubeconfig, stacks, index });
  await project.up("source");
  return project;
}
