import { diagnose } from "../../../core/doctor/diagnose";
import type { Examined, ExaminedHalf, Seen } from "../../../core/doctor/seen";
import type { KubernetesObject } from "../../../core/kubernetes";
import type { Side } from "../../../core/ordinals";
import { claim, found, liveSet, node, outputs, pod, volume, webSet } from "../builders";

/** What is different from the usual. */
export interface Change {
  readonly source?: Partial<Seen> | string;
  readonly destination?: Partial<Seen> | string;
  readonly ofSource?: Partial<ExaminedHalf>;
  readonly ofDestination?: Partial<ExaminedHalf>;
  readonly moving?: Partial<Examined["moving"]>;
}

const empty: Seen = {
  clusterUid: undefined,
  version: "v1.34.0",
  clock: { aheadMs: 300, withinMs: 500 },
  namespaceObject: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
  set: undefined,
  pods: [],
  claims: [],
  nodes: [],
  leavingNodes: new Map(),
  everyPod: [],
  lacking: { classes: [], drivers: [] },
  needs: [],
  beside: [],
  scalers: [],
  jobs: [],
  budgets: [],
  quotas: [],
  rangeLock: { apiVersion: "v1", kind: "ValidatingAdmissionPolicyBinding", metadata: { name: "lock" } },
  rights: [],
  keepsOrdinals: true,
  podRefused: undefined,
  unseen: [],
};

const fingerprint = { claimTemplates: "c", podTemplate: "p" };
const ordinals = [0, 1, 2, 3, 4, 5];

function half(side: Side, set = webSet()): Omit<ExaminedHalf, "seen"> {
  return {
    side,
    stack: side,
    context: side,
    config: {
      batch: 1,
      volumes: "carry",
      storageClasses: {},
      inTreeVolumes: "keep",
      rangeLock: undefined,
      adopt: false,
      createNamespace: true,
      carried: [],
      peerContext: "peer",
    },
    workload: {
      set,
      range: { start: 0, replicas: 6 },
      namespace: "shop",
      belongings: [],
      fingerprint,
      warnings: [],
      notes: [],
      leftOut: [],
    },
    record: outputs(side, 6, side === "source" ? 2 : 1),
  };
}

/** Both halves of `shop/web`, six replicas in the source: ordinal 5 is to go first. Nothing is wrong with them. */
export function healthy(): Examined {
  return {
    set: { name: "web", namespace: "shop", start: 0, replicas: 6 },
    moving: { to: "destination", asked: true, ordinals: [5, 4, 3, 2, 1, 0] },
    batch: 1,
    halves: {
      source: {
        ...half("source"),
        seen: {
          ...empty,
          clusterUid: "uid-of-source",
          set: liveSet({ start: 0, replicas: 6 }, 2),
          pods: ordinals.map((ordinal) => pod(`web-${ordinal}`, true, [`data-web-${ordinal}`])),
          claims: ordinals.map((ordinal) => found(ordinal, { claim: claim(ordinal), volume: volume(ordinal) })),
          leavingNodes: new Map([
            ["node-1", { node: node("node-1"), lease: { ageMs: 5_000, limitMs: 40_000, renewal: "" } }],
          ]),
        },
      },
      destination: {
        ...half("destination"),
        seen: {
          ...empty,
          clusterUid: "uid-of-destination",
          set: liveSet({ start: 6, replicas: 0 }, 1),
          claims: ordinals.map((ordinal) => found(ordinal)),
          nodes: [node("far-1"), node("far-2")],
        },
      },
    },
  };
}

/** What the doctor says of the usual with a change, a line each: severity, half, check, object and why. */
export function findings(change: Change = {}): string[] {
  const usual = healthy();
  const changed = (side: Side, seen: Partial<Seen> | string = {}, of: Partial<ExaminedHalf> = {}): ExaminedHalf => {
    const given = usual.halves[side];
    return { ...given, seen: typeof seen === "string" ? seen : { ...(given.seen as Seen), ...seen }, ...of };
  };
  return diagnose({
    ...usual,
    moving: { ...usual.moving, ...change.moving },
    halves: {
      source: changed("source", change.source, change.ofSource),
      destination: changed("destination", change.destination, change.ofDestination),
    },
  }).map(({ severity, side, check, object, why }) => `${severity} ${side ?? "both"} ${check}: ${object} ${why}`);
}

/** The config of a half with a change. */
export function config(side: Side, change: Partial<ExaminedHalf["config"]>): Pick<ExaminedHalf, "config"> {
  return { config: { ...healthy().halves[side].config, ...change } };
}

/** An object of the namespace `shop`. */
export function object(apiVersion: string, kind: string, name: string, more: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: "shop" }, ...more };
}
