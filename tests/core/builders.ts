import type {
  ClaimTemplate,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
  VolumeAttachment,
} from "../../core/kubernetes";
import type { OrdinalRange, Side } from "../../core/ordinals";
import { decide } from "../../core/protocol/protocol";
import type { Decision, Situation } from "../../core/protocol/protocol";
import type { HalfOutputs } from "../../core/contract/record";
import type { FoundClaim } from "../../core/volumes/volume";

/** A copy of an object without some of its fields. */
export function without<T extends object, K extends keyof T>(object: T, ...fields: readonly K[]): Omit<T, K> {
  const copy = { ...object };
  for (const field of fields) Reflect.deleteProperty(copy, field);
  return copy;
}

/** A claim template of 1Gi. */
export function template(name: string, storageClassName?: string): ClaimTemplate {
  return {
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage: "1Gi" } },
    },
  };
}

/** The set `shop/web` as in its manifest, with one claim template `data`. */
export function webSet(replicas = 6, spec: Partial<StatefulSet["spec"]> = {}): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      replicas,
      serviceName: "web",
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
      volumeClaimTemplates: [template("data")],
      ...spec,
    },
  };
}

/** The set as a half of it lives in a cluster. */
export function liveSet(
  { start, replicas }: OrdinalRange,
  turn: number,
  change: { spec?: Partial<StatefulSet["spec"]>; metadata?: Partial<StatefulSet["metadata"]> } = {},
): StatefulSet {
  const set = webSet(replicas, { ordinals: { start }, ...change.spec });
  const annotations = { "statefulset-cutover/range": `${start}+${replicas}`, "statefulset-cutover/turn": String(turn) };
  return {
    ...set,
    metadata: { ...set.metadata, generation: 4, annotations, ...change.metadata },
    status: { observedGeneration: 4, replicas, readyReplicas: replicas, currentRevision: "a", updateRevision: "a" },
  };
}

/** A Bound claim `data-web-<ordinal>`. */
export function claim(ordinal: number, change: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: `data-web-${ordinal}`, namespace: "shop", uid: `claim-${ordinal}` },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", volumeName: `pv-${ordinal}` },
    status: { phase: "Bound" },
    ...change,
  };
}

/** The volume `pv-<ordinal>` of that claim: CSI handle `disk-<ordinal>`, policy Delete. */
export function volume(ordinal: number, spec: Partial<PersistentVolume["spec"]> = {}): PersistentVolume {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `pv-${ordinal}`, uid: `volume-${ordinal}` },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      claimRef: {
        kind: "PersistentVolumeClaim",
        namespace: "shop",
        name: `data-web-${ordinal}`,
        uid: `claim-${ordinal}`,
      },
      csi: { driver: "disk.example.com", volumeHandle: `disk-${ordinal}` },
      persistentVolumeReclaimPolicy: "Delete",
      storageClassName: "fast",
      ...spec,
    },
    status: { phase: "Bound" },
  };
}

/** What looking for a claim finds. */
export function found(ordinal: number, what: Partial<Pick<FoundClaim, "claim" | "volume">> = {}): FoundClaim {
  return { ordinal, template: "data", name: `data-web-${ordinal}`, ...what };
}

/** A pod of the namespace `shop`, Ready unless told otherwise, on `node-1`. */
export function pod(name: string, ready = true, claims: readonly string[] = [], phase = "Running"): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", uid: `uid-of-${name}` },
    spec: { nodeName: "node-1", volumes: claims.map((claimName) => ({ persistentVolumeClaim: { claimName } })) },
    status: { phase, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

/** A node, Ready unless told otherwise. */
export function node(name: string, ready = "True", volumesInUse: readonly string[] = []): Node {
  const status = { conditions: [{ type: "Ready", status: ready }], volumesInUse: [...volumesInUse] };
  return { apiVersion: "v1", kind: "Node", metadata: { name }, status };
}

/** A volume on a node. */
export function attachment(persistentVolumeName: string, nodeName: string): VolumeAttachment {
  const spec = { attacher: "disk.example.com", nodeName, source: { persistentVolumeName } };
  const metadata = { name: `csi-${persistentVolumeName}-${nodeName}` };
  return { apiVersion: "storage.k8s.io/v1", kind: "VolumeAttachment", metadata, spec };
}

/** What a half last vouched for, at an index of a set of N. */
export function outputs(
  side: Side,
  cutoverIndex: number,
  turn: number,
  change: Partial<HalfOutputs> = {},
): HalfOutputs {
  const replicas = change.set?.replicas ?? 6;
  const held =
    side === "source"
      ? { start: 0, replicas: cutoverIndex }
      : { start: cutoverIndex, replicas: replicas - cutoverIndex };
  return {
    contract: 1,
    side,
    cutoverIndex,
    cluster: `uid-of-${side}`,
    set: { name: "web", namespace: "shop", start: 0, replicas, fingerprint: { claimTemplates: "c", podTemplate: "p" } },
    held,
    turn,
    peerTurn: 0,
    offer: {},
    inventory: {},
    carried: {},
    ...change,
  };
}

/** A decision of `decide` for a set of six with one ordinal to a step. */
export function decision(side: Side, cutoverIndex: number, change: Partial<Situation> = {}): Decision {
  const set = { start: 0, replicas: 6 };
  return decide({ side, set, cutoverIndex, batch: 1, own: undefined, peer: undefined, live: undefined, ...change });
}

/** A step of the source to an index, from the one above it: it releases one ordinal. */
export function release(cutoverIndex: number): Decision {
  const own = outputs("source", cutoverIndex + 1, 0);
  return decision("source", cutoverIndex, {
    own,
    peer: outputs("destination", cutoverIndex + 1, 1),
    live: { range: own.held, turn: 0 },
  });
}

/** The answer of the destination: it claims one ordinal. */
export function claimStep(cutoverIndex: number): Decision {
  const own = outputs("destination", cutoverIndex + 1, 1);
  return decision("destination", cutoverIndex, {
    own,
    peer: outputs("source", cutoverIndex, 2),
    live: { range: own.held, turn: 1 },
  });
}

/** A rollback of the destination to an index, from the one below it: it releases one ordinal. */
export function giveBack(cutoverIndex: number): Decision {
  const own = outputs("destination", cutoverIndex - 1, 1);
  return decision("destination", cutoverIndex, {
    own,
    peer: outputs("source", cutoverIndex - 1, 2),
    live: { range: own.held, turn: 1 },
  });
}

/** The rollback of the source to an index: it claims one ordinal. */
export function reclaim(cutoverIndex: number): Decision {
  const own = outputs("source", cutoverIndex - 1, 2);
  return decision("source", cutoverIndex, {
    own,
    peer: outputs("destination", cutoverIndex, 3),
    live: { range: own.held, turn: 2 },
  });
}
