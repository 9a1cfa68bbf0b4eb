import type { KubernetesObject } from "../kubernetes";
import { pluralOf, qualified, scopeOf } from "../kinds";
import type { Side } from "../ordinals";
import { rangeLockApi, rangeLockName } from "../protections/rangeLock";
import { finder } from "./finding";
import type { Finding, Severity } from "./finding";
import type { ExaminedHalf, HalfConfig, SeenHalf } from "./seen";

/** Something that an account must be allowed to do. */
export interface Right {
  readonly verb: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out: of the cluster. */
  readonly namespace?: string;
  /** Left out: of every name. */
  readonly name?: string;
  /** What its lack is. */
  readonly severity: Severity;
  /** What follows without it, a sentence. */
  readonly follows: string;
  /** Whether the account of `peerContext` needs it, in the other half's cluster. */
  readonly ofPeerContext?: true;
}

/** What the API server answered. */
export interface RightAnswer {
  readonly right: Right;
  /** `noKind`: the cluster has no such kind. A text in `unknown` says why nobody knows. */
  readonly answer: "yes" | "no" | "noKind" | { readonly unknown: string };
}

/** What a half is, as far as its rights depend on it. */
export interface RightsQuestion {
  readonly side: Side;
  readonly namespace: string;
  readonly name: string;
  readonly config: HalfConfig;
  readonly belongings: readonly KubernetesObject[];
  /** Whether the half has completed an `up`. */
  readonly hasRun: boolean;
  readonly hasClaims: boolean;
  /** Whether ordinals are to be given up here. */
  readonly gives: boolean;
  readonly namespaceExists: boolean;
}

const storage = "storage.k8s.io/v1";

/**
 * What an `up` of this half does in its cluster, as deploy/rbac/ has it (a test compares the two). Without what a step needs
 * it fails; without what only a look needs it says that it cannot look.
 */
export function rightsNeeded(question: RightsQuestion): Right[] {
  const { namespace, name, side, config, belongings, hasRun, gives } = question;
  const carries = config.volumes === "carry" && question.hasClaims;
  const first: Severity = hasRun ? "advice" : "critical";
  const all = (
    verbs: string,
    [apiVersion, kind, where = {}]: readonly [string, string, { namespace?: string; name?: string }?],
    severity: Severity,
    follows: string,
  ): Right[] => verbs.split(" ").map((verb) => ({ verb, apiVersion, kind, ...where, severity, follows }));
  const fails = "An up fails without it";
  const ends = "pulumi destroy at the end of the move fails without it";
  const set = ["apps/v1", "StatefulSet", { namespace, name }] as const;
  const lock = (kind: string) => [rangeLockApi, kind, { name: rangeLockName(namespace, name) }] as const;
  const wantsLock = config.rangeLock !== false;
  const leaves = gives ? "critical" : "warning";
  const vouches = "No up that gives ordinals up can vouch that their pods have stopped";
  return [
    ...all("get patch", set, "critical", fails),
    ...all("delete", set, "advice", ends),
    ...all("create", ["apps/v1", "StatefulSet", { namespace }], first, fails),
    ...all("list watch", ["apps/v1", "StatefulSet", { namespace }], "critical", "Pulumi waits for the set by a watch"),
    ...all("list", ["v1", "Pod", { namespace }], "critical", fails),
    ...all(
      "watch",
      ["v1", "Pod", { namespace }],
      "warning",
      "An up cannot hear a kubelet's word that a pod has stopped, and waits for its node",
    ),
    ...all("get", ["v1", "Namespace", { name: "kube-system" }], "critical", "The cluster cannot be told from others"),
    ...all("get", ["v1", "Namespace", { name: namespace }], "critical", fails),
    ...(question.namespaceExists || !config.createNamespace
      ? []
      : all("create", ["v1", "Namespace"], "critical", `The namespace ${namespace} cannot be created`)),
    ...all("get", ["coordination.k8s.io/v1", "Lease", { namespace: "kube-node-lease" }], leaves, vouches),
    ...all("get", ["v1", "Node"], leaves, vouches),
    ...all("list", [storage, "VolumeAttachment"], leaves, vouches),
    ...(carries ? volumeRights(side, namespace, all, fails) : []),
    ...belongings.flatMap((object) => belongingRights(object, first, all, fails, ends)),
    ...config.carried.flatMap((carried) => {
      const named = ["v1", carried.kind, { namespace, name: carried.name }] as const;
      return side === "source"
        ? all("get", named, "critical", "What is carried cannot be read")
        : [
            ...all("get patch", named, "critical", "What is carried cannot be written"),
            ...all("create", ["v1", carried.kind, { namespace }], "critical", "What is carried cannot be written"),
          ];
    }),
    ...all(
      "get",
      ["scheduling.k8s.io/v1", "PriorityClass"],
      "advice",
      "An up cannot see whether the pods' class exists",
    ),
    ...all("get", ["node.k8s.io/v1", "RuntimeClass"], "advice", "An up cannot see whether the pods' class exists"),
    ...(wantsLock
      ? ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"].flatMap((kind) => [
          ...all("create list watch", [rangeLockApi, kind], "critical", "The rangeLock cannot be put around the set"),
          ...all("get patch", lock(kind), "critical", "The rangeLock cannot be put around the set"),
          ...all("delete", lock(kind), "advice", "The rangeLock cannot be taken away at the end"),
        ])
      : []),
    ...(config.adopt && !hasRun ? adoptionRights(namespace, name, belongings, all) : []),
  ];
}

/** What `peerContext` needs in the cluster that it leads to (deploy/rbac/peer-reader.yaml). */
export function peerRightsNeeded({ namespace, name }: Pick<RightsQuestion, "namespace" | "name">): Right[] {
  const rights: [string, string, string, { namespace?: string; name?: string }][] = [
    ["get", "apps/v1", "StatefulSet", { namespace, name }],
    ["list", "v1", "Pod", { namespace }],
    ["get", "v1", "PersistentVolumeClaim", { namespace }],
    ["list", "v1", "PersistentVolumeClaim", { namespace }],
    ["get", "v1", "Namespace", { name: "kube-system" }],
    ["get", "v1", "PersistentVolume", {}],
    ["list", "v1", "PersistentVolume", {}],
    ["list", storage, "VolumeAttachment", {}],
  ];
  return rights.map(([verb, apiVersion, kind, where]) => ({
    ...{ verb, apiVersion, kind, ...where, severity: "critical" as const, ofPeerContext: true as const },
    follows: "An up that claims ordinals cannot look at its live peer, and is refused",
  }));
}

type All = (
  verbs: string,
  resource: readonly [string, string, { namespace?: string; name?: string }?],
  severity: Severity,
  follows: string,
) => Right[];

function volumeRights(side: Side, namespace: string, all: All, fails: string): Right[] {
  const claim = ["v1", "PersistentVolumeClaim", { namespace }] as const;
  const volume = ["v1", "PersistentVolume"] as const;
  if (side === "source")
    return [...all("get list", claim, "critical", fails), ...all("get list patch", volume, "critical", fails)];
  return [
    ...all("get list watch create patch", claim, "critical", "Claims cannot be handed over"),
    ...all("get list watch create patch", volume, "critical", "Volumes cannot be handed over"),
    ...["StorageClass", "CSIDriver"].flatMap((kind) => all("get", [storage, kind], "critical", fails)),
  ];
}

function belongingRights(object: KubernetesObject, first: Severity, all: All, fails: string, ends: string): Right[] {
  const { apiVersion, kind, metadata } = object;
  const namespace = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
  const named = [apiVersion, kind, { ...namespace, name: metadata.name }] as const;
  return [
    ...all("get patch", named, "critical", fails),
    ...all("create", [apiVersion, kind, namespace], first, fails),
    ...all("list watch", [apiVersion, kind, namespace], "warning", "Pulumi cannot wait until a deleted one is gone"),
    ...all("delete", named, "advice", ends),
  ];
}

function adoptionRights(namespace: string, name: string, belongings: readonly KubernetesObject[], all: All): Right[] {
  const compared = "What runs cannot be compared with the manifests, and is not taken over";
  return [
    ...all("update", ["apps/v1", "StatefulSet", { namespace, name }], "critical", compared),
    ...belongings.flatMap(({ apiVersion, kind, metadata }) => {
      const where = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
      return all("update", [apiVersion, kind, { ...where, name: metadata.name }], "critical", compared);
    }),
    ...all("list", ["autoscaling/v1", "HorizontalPodAutoscaler", { namespace }], "critical", compared),
  ];
}

/** What the accounts may not do, and must. */
export function checkRights(half: SeenHalf): Finding[] {
  const find = finder("rights", half.side);
  const { rights } = half.seen;
  const unknown = rights.flatMap(({ answer }) => (typeof answer === "object" ? [answer.unknown] : []));
  return [
    ...merged(rights.filter(({ answer }) => answer === "no")).map(({ right, verbs }) =>
      find(
        right.severity,
        accountOf(half, right),
        `may not ${verbs.join(", ")} ${resourceOf(right)}. ${right.follows}`,
        `Give it that right: deploy/rbac/${right.ofPeerContext ? "peer-reader" : half.side}.yaml has all that are needed`,
      ),
    ),
    ...missingKinds(half),
    ...(unknown.length === 0
      ? []
      : [
          find(
            "error",
            `the account of context ${half.context}`,
            `was asked about ${rights.length} rights, and of ${unknown.length} nobody can tell: ${unknown[0] ?? ""}`,
            `Look yourself: kubectl --context ${half.context} auth can-i --list -n ${half.workload.namespace}`,
          ),
        ]),
  ];
}

/** Kinds of the manifests that the cluster does not have: their definition is not installed there. */
function missingKinds(half: SeenHalf): Finding[] {
  const missing = half.seen.rights.filter(({ answer, right }) => answer === "noKind" && !isBuiltIn(right));
  const kinds = new Set(missing.map(({ right }) => `${right.kind} (${right.apiVersion})`));
  return [...kinds].map((kind) =>
    finder("rights", half.side)(
      "critical",
      `the cluster of context ${half.context}`,
      `has no kind ${kind}, which the manifests have. An up fails there`,
      `Install its CustomResourceDefinition there, or add the object to leaveOut for that half`,
    ),
  );
}

/** Kinds of Kubernetes' own that an old server may lack: the range lock's. An `up` goes on without. */
function isBuiltIn(right: Right): boolean {
  return scopeOf(right) !== "unknown";
}

function accountOf(half: ExaminedHalf, { ofPeerContext }: Right): string {
  return `the account of context ${(ofPeerContext && half.config.peerContext) ?? half.context}`;
}

/** Answers about one resource as one, their verbs together. */
function merged(answers: readonly RightAnswer[]): { readonly right: Right; readonly verbs: string[] }[] {
  const found = new Map<string, { right: Right; verbs: string[] }>();
  for (const { right } of answers) {
    const { severity, follows, ofPeerContext } = right;
    const key = JSON.stringify([severity, follows, ofPeerContext, resourceOf(right)]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { right, verbs: [right.verb] });
    else if (!known.verbs.includes(right.verb)) known.verbs.push(right.verb);
  }
  return [...found.values()];
}

/** The resource in words: `statefulsets.apps web in namespace shop`. */
function resourceOf({ apiVersion, kind, namespace, name }: Right): string {
  const resource = qualified(apiVersion, pluralOf(kind));
  const named = name === undefined ? "" : ` ${name}`;
  return `${resource}${named}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
}
