import type { Finding, Severity } from "../../core/doctor/finding";
import { peerRightsNeeded, rightsNeeded } from "../../core/doctor/rights";
import type { Right, RightAnswer } from "../../core/doctor/rights";
import type { ExaminedHalf, Seen, Unseen } from "../../core/doctor/seen";
import { field } from "../../core/json";
import type {
  KubernetesObject,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
} from "../../core/kubernetes";
import { ordinalsOf } from "../../core/ordinals";
import { rangeLockApi, rangeLockName } from "../../core/protections/rangeLock";
import { isHalf } from "../../core/set/half";
import { podNeeds } from "../../core/set/podNeeds";
import { findClaims } from "../../core/volumes/volume";
import { mostSingleReads, Unreachable } from "../client/cluster";
import type { Cluster } from "../client/cluster";
import { lookUpNeeds } from "../podNeeds";
import type { ExaminedCluster } from "./examinedCluster";

/** What is to be looked at of one half. */
export interface HalfQuestion extends Omit<ExaminedHalf, "seen"> {
  /** Whether ordinals are to come here, or are to go. */
  readonly receives: boolean;
  /** Ordinals that leave with the next step. */
  readonly leaving: readonly number[];
}

const storageApi = "storage.k8s.io/v1";

/**
 * Looks at one half's cluster: everything at once, and as many requests for a set of three as for one of a thousand. A look
 * that cannot be made is noted, and the others are made all the same.
 *
 * @param peer the cluster that the other half's `peerContext` is asked by, if there is one; its account is asked about its rights.
 * @returns a text if the cluster does not answer at all.
 */
export async function seeHalf(
  examined: ExaminedCluster,
  question: HalfQuestion,
  peer: ExaminedCluster | undefined,
): Promise<Seen | string> {
  const looks = new Looks();
  const { cluster } = examined;
  const { namespace, set: wanted, range, belongings } = question.workload;
  const { name } = wanted.metadata;
  const title = `StatefulSet ${namespace}/${name}`;
  let version: string;
  try {
    version = await cluster.version();
  } catch (error) {
    if (error instanceof Unreachable) return error.message;
    throw error;
  }
  const listed = (
    apiVersion: string,
    kind: string,
    of: string | undefined,
    [check, severity]: readonly [string, Severity],
  ) =>
    looks.may(check, severity, `${kind}s of ${of ?? `context ${question.context}`}`, () =>
      examined.listIfServed({ apiVersion, kind, namespace: of }),
    );
  const [clock, system, space, live, pods, claims, volumes, nodes, everyPod, policy] = await Promise.all([
    looks.may("clocks", "advice", `the clock of context ${question.context}`, () => examined.clock()),
    looks.may("cluster", "critical", "Namespace kube-system", () =>
      cluster.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" }),
    ),
    looks.may("cluster", "critical", `Namespace ${namespace}`, () =>
      cluster.read({ apiVersion: "v1", kind: "Namespace", name: namespace }),
    ),
    looks.may("health", "critical", title, () =>
      cluster.read({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name }),
    ),
    listed("v1", "Pod", namespace, ["health", "critical"]),
    listed("v1", "PersistentVolumeClaim", namespace, ["volumes", "error"]),
    listed("v1", "PersistentVolume", undefined, ["volumes", "error"]),
    question.receives ? listed("v1", "Node", undefined, ["nodes", "advice"]) : undefined,
    question.receives
      ? looks.may("nodes", "advice", "pods of every namespace (what nodes have room for)", () => examined.everyPod())
      : undefined,
    looks.may("leftovers", "advice", "the rangeLock", () => rangeLockOf(cluster, namespace, name)),
  ]);
  if (clock === undefined && !looks.has(`the clock of context ${question.context}`)) {
    looks.note("clocks", "advice", `the clock of context ${question.context}`, "the API server sends no Date");
  }
  const set = live as StatefulSet | undefined;
  const [scalers, keda, cronJobs, jobs, budgets, quotas] = await Promise.all([
    listed("autoscaling/v1", "HorizontalPodAutoscaler", namespace, ["writers", "advice"]),
    listed("keda.sh/v1alpha1", "ScaledObject", namespace, ["writers", "advice"]),
    listed("batch/v1", "CronJob", namespace, ["mounts", "advice"]),
    listed("batch/v1", "Job", namespace, ["mounts", "advice"]),
    listed("policy/v1", "PodDisruptionBudget", namespace, ["budgets", "advice"]),
    question.receives ? listed("v1", "ResourceQuota", namespace, ["pods", "advice"]) : undefined,
  ]);
  const templates = (wanted.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  const found =
    claims === undefined || volumes === undefined
      ? undefined
      : findClaims(
          name,
          templates,
          ordinalsOf(range),
          claims as PersistentVolumeClaim[],
          volumes as PersistentVolume[],
        );
  const [needs, beside, leavingNodes, rights, tried] = await Promise.all([
    looks.may("pods", "error", "what the pods need by name", () =>
      lookUpNeeds(cluster, podNeeds(wanted, namespace, belongings, question.config.carried)),
    ),
    question.record === undefined && space !== undefined ? besideOf(cluster, belongings, looks) : [],
    leavingNodesOf(cluster, question, (pods ?? []) as Pod[], looks),
    rightsOf(examined, question, space !== undefined || looks.has(`Namespace ${namespace}`), peer),
    tryOut(cluster, question, { isLive: isHalf(set), hasSpace: space !== undefined }, examined, looks),
  ]);
  return {
    ...{ version, clock, clusterUid: system?.metadata.uid, namespaceObject: space, set },
    ...{ pods: pods, claims: found, nodes: nodes, leavingNodes },
    ...{ everyPod, lacking: undefined, needs: needs ?? [], beside, rangeLock: policy, rights, ...tried },
    scalers: [...(scalers ?? []), ...(keda ?? [])],
    jobs: [...(cronJobs ?? []), ...(jobs ?? [])],
    budgets: budgets ?? [],
    quotas: quotas ?? [],
    unseen: looks.unseen,
  };
}

/** Looks, and which of them could not be made. */
class Looks {
  public readonly unseen: Unseen[] = [];

  /** @param severity how bad it is that it cannot be made. */
  public async may<T>(
    check: string,
    severity: Finding["severity"],
    object: string,
    look: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.note(check, severity, object, error.message);
      return undefined;
    }
  }

  public note(check: string, severity: Finding["severity"], object: string, why: string): void {
    this.unseen.push({ check, severity, object, why });
  }

  public has(object: string): boolean {
    return this.unseen.some((each) => each.object === object);
  }
}

/** What the cluster has of the classes and drivers that volumes need: asked once it is known which those are. */
export async function seeLacking(
  { cluster }: ExaminedCluster,
  seen: Seen,
  { classes, drivers }: { readonly classes: readonly string[]; readonly drivers: readonly string[] },
): Promise<Seen> {
  const looks = new Looks();
  const lacking = async (kind: "StorageClass" | "CSIDriver", names: readonly string[]): Promise<string[]> => {
    const objects = await Promise.all(names.map((name) => cluster.read({ apiVersion: storageApi, kind, name })));
    return names.filter((_, index) => objects[index] === undefined);
  };
  const found = await looks.may("storage", "critical", "StorageClasses and CSIDrivers", async () => {
    const [missingClasses, missingDrivers] = await Promise.all([
      lacking("StorageClass", classes),
      lacking("CSIDriver", drivers),
    ]);
    return { classes: missingClasses, drivers: missingDrivers };
  });
  return { ...seen, lacking: found, unseen: [...seen.unseen, ...looks.unseen] };
}

async function rangeLockOf(
  cluster: Pick<Cluster, "read">,
  namespace: string,
  name: string,
): Promise<KubernetesObject | undefined> {
  const kind = "ValidatingAdmissionPolicyBinding";
  return cluster.read({ apiVersion: rangeLockApi, kind, name: rangeLockName(namespace, name) });
}

async function besideOf(
  cluster: Pick<Cluster, "read">,
  belongings: readonly KubernetesObject[],
  looks: Looks,
): Promise<Seen["beside"]> {
  return Promise.all(
    belongings.map(async (wanted) => {
      const { apiVersion, kind, metadata } = wanted;
      const { namespace, name } = metadata;
      const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
      return { wanted, live: await looks.may("names", "error", `${kind} ${name}`, () => cluster.read(reference)) };
    }),
  );
}

/** Nodes of the pods that leave next, with their leases. */
async function leavingNodesOf(
  cluster: Pick<Cluster, "read" | "lease">,
  { leaving, workload }: HalfQuestion,
  pods: readonly Pod[],
  looks: Looks,
): Promise<Seen["leavingNodes"]> {
  const names = new Set(leaving.slice(0, mostSingleReads).map((ordinal) => `${workload.set.metadata.name}-${ordinal}`));
  const on = pods.filter(({ metadata }) => names.has(metadata.name)).map(({ spec }) => spec?.nodeName ?? "");
  const nodes = [...new Set(on)].filter((node) => node !== "");
  const found = await Promise.all(
    nodes.map((name) =>
      looks.may("health", "critical", `Node ${name}, which a pod leaves next`, async () => {
        const [node, lease] = await Promise.all([
          cluster.read({ apiVersion: "v1", kind: "Node", name }) as Promise<Node | undefined>,
          cluster.lease(name),
        ]);
        return [name, { node, lease }] as const;
      }),
    ),
  );
  return new Map(found.filter((each) => each !== undefined));
}

async function rightsOf(
  examined: ExaminedCluster,
  { side, config, workload, record, receives }: HalfQuestion,
  namespaceExists: boolean,
  peer: ExaminedCluster | undefined,
): Promise<RightAnswer[]> {
  const { namespace, set, belongings } = workload;
  const { name } = set.metadata;
  const hasClaims = (set.spec.volumeClaimTemplates ?? []).length > 0;
  const about = {
    side,
    namespace,
    name,
    config,
    belongings,
    hasRun: record !== undefined,
    hasClaims,
    gives: !receives,
  };
  const ask =
    (by: ExaminedCluster) =>
    async (right: Right): Promise<RightAnswer> => {
      try {
        return { right, answer: await by.may(right) };
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        return { right, answer: { unknown: error.message } };
      }
    };
  const own = rightsNeeded({ ...about, namespaceExists }).map(ask(examined));
  const others = peer === undefined ? [] : peerRightsNeeded(about).map(ask(peer));
  return Promise.all([...own, ...others]);
}

/** Asks the API server, as dry runs, for a set with a start ordinal and for a pod of the set. */
async function tryOut(
  cluster: Pick<Cluster, "dryRunCreate" | "tryCreate">,
  { workload, record, receives }: HalfQuestion,
  { isLive, hasSpace }: { readonly isLive: boolean; readonly hasSpace: boolean },
  examined: ExaminedCluster,
  looks: Looks,
): Promise<Pick<Seen, "keepsOrdinals" | "podRefused">> {
  if (!receives) return { keepsOrdinals: undefined, podRefused: undefined };
  const { namespace, set } = workload;
  const mayCreate = async (kind: "Pod" | "StatefulSet"): Promise<boolean> => {
    const apiVersion = kind === "Pod" ? "v1" : "apps/v1";
    return (
      (await examined.may({ verb: "create", apiVersion, kind, namespace, severity: "advice", follows: "" })) === "yes"
    );
  };
  const keeps = looks.may("cluster", "warning", "whether spec.ordinals is kept (a dry run)", async () => {
    if (isLive || !(await mayCreate("StatefulSet"))) return undefined;
    const start = 1;
    const stored = await cluster.dryRunCreate({ ...set, spec: { ...set.spec, replicas: 0, ordinals: { start } } });
    return stored.spec.ordinals?.start === start;
  });
  const what = "whether a pod of the set would be taken (a dry run)";
  const pod = looks.may("pods", "advice", what, async () => {
    // What the manifests bring is not there yet.
    if (record === undefined || !hasSpace) {
      looks.note("pods", "advice", what, "this half has not run yet. Run this again after its first up");
      return undefined;
    }
    if (!(await mayCreate("Pod"))) {
      looks.note("pods", "advice", what, "the account may not create pods, which no up needs");
      return undefined;
    }
    return (await cluster.tryCreate(podOf(set, namespace)))?.message;
  });
  const [keepsOrdinals, podRefused] = await Promise.all([keeps, pod]);
  return { keepsOrdinals, podRefused };
}

/** A pod as the set's controller would make it, under a name that nobody has, without the claims that it will have. */
function podOf({ metadata, spec }: StatefulSet, namespace: string): KubernetesObject {
  const { template, volumeClaimTemplates = [] } = spec;
  const given = Array.isArray(template.spec.volumes) ? (template.spec.volumes as unknown[]) : [];
  const claims = volumeClaimTemplates.map((claim) => ({ name: claim.metadata.name, emptyDir: {} }));
  const others = given.filter((volume) => claims.every((claim) => claim.name !== field(volume, "name")));
  const name = `${metadata.name}-doctor`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name, namespace, labels: { ...template.metadata?.labels } },
    spec: { ...template.spec, volumes: [...others, ...claims] },
  };
}
