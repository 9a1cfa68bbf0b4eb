import { claim, found, liveSet, node, outputs, pod, volume, webSet } from "../builders";
import { config, findings, healthy, object } from "./examined";
import type { Change } from "./examined";

test("nothing is said of halves with which nothing is wrong", () => {
  expect(findings()).toEqual([]);
});

const source6 = { start: 0, replicas: 6 };
const withSpec = (spec: object): ReturnType<typeof webSet> =>
  webSet(6, { template: { metadata: { labels: { app: "web" } }, spec: { containers: [], ...spec } } });
const manifests = (side: "source" | "destination", spec: object): object => ({
  workload: { ...healthy().halves[side].workload, set: withSpec(spec) },
});
const cpu = { containers: [{ name: "web", resources: { requests: { cpu: "500m", memory: "1Gi" } } }] };
const big = (name: string, more: object = {}): ReturnType<typeof node> => ({
  ...node(name),
  ...more,
  status: { ...node(name).status, allocatable: { cpu: "1", memory: "8Gi", pods: "110" } },
});
const mark = (set: ReturnType<typeof liveSet>, metadata: object): ReturnType<typeof liveSet> => ({
  ...set,
  metadata: { ...set.metadata, ...metadata },
});
const hpa = object("autoscaling/v1", "HorizontalPodAutoscaler", "web", {
  spec: { scaleTargetRef: { kind: "StatefulSet", name: "web" } },
});
const withHook = (command: string[]): ReturnType<typeof liveSet> =>
  liveSet(source6, 2, {
    spec: withSpec({ containers: [{ name: "db", lifecycle: { preStop: { exec: { command } } } }] }).spec,
  });
const backup = (spec: object): ReturnType<typeof object> =>
  object("batch/v1", "CronJob", "backup", {
    spec: {
      jobTemplate: {
        spec: { template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: "data-web-3" } }] } } },
      },
      ...spec,
    },
  });
const right = {
  verb: "patch",
  apiVersion: "v1",
  kind: "PersistentVolume",
  severity: "critical",
  follows: "It fails",
} as const;

/** Each check, with one change that it finds and one near by that it does not. */
const cases: [string, Change, RegExp, Change][] = [
  ["a cluster that does not answer", { source: "no route" }, /^critical source cluster: .*no route/, {}],
  [
    "a look that could not be made",
    { source: { unseen: [{ check: "budgets", severity: "advice", object: "budgets", why: "forbidden" }] } },
    /^advice source budgets: budgets could not be looked at: forbidden/,
    {},
  ],
  [
    "another cluster than last time",
    { source: { clusterUid: "x" } },
    /^critical source cluster: .*another cluster/,
    {},
  ],
  [
    "a version too old",
    { destination: { version: "v1.26.3" } },
    /^critical destination cluster: .*too old/,
    {
      source: { version: "v1.26.3" },
      ofSource: config("source", { rangeLock: false }),
      destination: { version: "v1.34.0" },
    },
  ],
  [
    "ordinals that are dropped",
    { destination: { keepsOrdinals: false } },
    /^critical destination cluster: .*drops spec.ordinals/,
    { destination: { keepsOrdinals: undefined } },
  ],
  [
    "one cluster for both",
    {
      source: { clusterUid: "x" },
      destination: { clusterUid: "x" },
      ofSource: { record: undefined },
      ofDestination: { record: undefined },
    },
    /^critical both cluster: .*one and the same/,
    {},
  ],
  [
    "an older destination",
    { source: { version: "v1.35.0" } },
    /^warning both cluster: .*is older/,
    { destination: { version: "v1.36.0" } },
  ],
  [
    "no range lock wanted",
    { ofSource: config("source", { rangeLock: false }) },
    /^warning source cluster: rangeLock is false/,
    { ofSource: config("source", { rangeLock: true }) },
  ],
  [
    "no range lock possible",
    {
      destination: { version: "v1.29.0" },
      source: { version: "v1.29.0" },
      ofDestination: config("destination", { rangeLock: true }),
    },
    /^critical destination cluster: .*no admission policies/,
    {},
  ],
  [
    "no namespace",
    { destination: { namespaceObject: undefined }, ofDestination: config("destination", { createNamespace: false }) },
    /^critical destination cluster: Namespace shop does not exist/,
    { destination: { namespaceObject: undefined } },
  ],
  [
    "a clock that is off",
    { source: { clock: { aheadMs: -60_000, withinMs: 600 } } },
    /^warning source clocks: .*60 s behind/,
    { source: { clock: { aheadMs: 10_400, withinMs: 600 } } },
  ],
  [
    "another value of volumes",
    { ofSource: config("source", { volumes: "fresh" }) },
    /^critical both config: .*value of volumes/,
    {},
  ],
  [
    "another batch",
    { ofSource: config("source", { batch: 2 }) },
    /^warning both config: batch is 2 in the source and 1/,
    {},
  ],
  [
    "a template that is to be rolled out first",
    {
      ofSource: {
        record: outputs("source", 6, 2, {
          set: { ...outputs("source", 6, 2).set, fingerprint: { claimTemplates: "c", podTemplate: "old" } },
        }),
      },
    },
    /^critical source config: .*another pod template/,
    {},
  ],
  [
    "no live peer",
    { ofSource: config("source", { peerContext: undefined }) },
    /^advice source config: stack source has no peerContext/,
    {},
  ],
  [
    "a right that is missing",
    { source: { rights: [{ right, answer: "no" }] } },
    /^critical source rights: the account of context source may not patch persistentvolumes\. It fails/,
    { source: { rights: [{ right, answer: "yes" }] } },
  ],
  [
    "a right of which nobody can tell",
    { source: { rights: [{ right, answer: { unknown: "webhook" } }] } },
    /^error source rights: .*webhook/,
    {},
  ],
  [
    "a kind that is not installed",
    {
      destination: {
        rights: [{ right: { ...right, apiVersion: "example.com/v1", kind: "Widget" }, answer: "noKind" }],
      },
    },
    /^critical destination rights: .*no kind Widget/,
    { destination: { rights: [{ right, answer: "noKind" }] } },
  ],
  [
    "a set that is gone",
    { source: { set: undefined } },
    /^critical source health: StatefulSet shop\/web does not exist/,
    { ofSource: { record: undefined }, source: { set: undefined, pods: [], claims: [] } },
  ],
  [
    "a roll-out",
    {
      source: {
        set: { ...liveSet(source6, 2), status: { observedGeneration: 4, currentRevision: "a", updateRevision: "b" } },
      },
    },
    /^error source health: .*middle of a roll-out/,
    {},
  ],
  [
    "claims that would be deleted",
    {
      source: {
        set: liveSet(source6, 2, { spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" } } }),
      },
    },
    /^critical source health: .*would lose data/,
    {},
  ],
  [
    "a pod that is not Ready",
    { source: { pods: [0, 1, 2, 3, 4, 5].map((n) => pod(`web-${n}`, n !== 1)) } },
    /^error source health: Pod shop\/web-1 is not Ready/,
    {},
  ],
  [
    "and blocks the release",
    { source: { pods: [0, 1, 2, 3, 4, 5].map((n) => pod(`web-${n}`, n !== 1)) } },
    /^critical source health: .*cannot give an ordinal up: not Ready: pod web-1/,
    { source: { pods: [0, 1, 2, 3, 4, 5].map((n) => pod(`web-${n}`, n !== 5)), claims: healthySeen().claims } },
  ],
  [
    "a pod that is missing",
    { source: { pods: [0, 1, 2, 4, 5].map((n) => pod(`web-${n}`)) } },
    /^error source health: .*has no pod of ordinal 3,/,
    {},
  ],
  [
    "a node that is silent",
    { source: { leavingNodes: new Map([["node-1", { node: node("node-1", "Unknown"), lease: undefined }]]) } },
    /^critical source health: Pod shop\/web-5 .*not Ready \(Unknown\)/,
    { source: { leavingNodes: new Map([["node-2", { node: node("node-2", "Unknown"), lease: undefined }]]) } },
  ],
  [
    "a claim that is not Bound",
    { source: { claims: [found(5, { claim: claim(5, { status: { phase: "Pending" } }) })] } },
    /^critical source volumes: claim data-web-5 .*not Bound/,
    { source: { claims: [found(5, { claim: claim(5), volume: volume(5) })] } },
  ],
  [
    "a volume of a node",
    {
      source: {
        claims: [found(2, { claim: claim(2), volume: volume(2, { csi: undefined, hostPath: { path: "/x" } }) })],
      },
    },
    /^error source volumes: claim data-web-2/,
    {},
  ],
  [
    "a class that is missing",
    { destination: { lacking: { classes: ["fast"], drivers: [] } } },
    /^critical destination storage: storageClasses the destination has no StorageClass fast/,
    {},
  ],
  [
    "a driver that is missing",
    { destination: { lacking: { classes: [], drivers: ["disk.example.com"] } } },
    /^critical destination storage: .*no CSI driver disk.example.com/,
    {},
  ],
  [
    "a zone that is missing",
    { source: { claims: [found(5, { claim: claim(5), volume: zoned("b") })] } },
    /^error destination storage: .*topology.kubernetes.io\/zone b/,
    {
      source: { claims: [found(5, { claim: claim(5), volume: zoned("b") })] },
      destination: {
        nodes: [{ ...node("far-1"), metadata: { name: "far-1", labels: { "topology.kubernetes.io/zone": "b" } } }],
      },
    },
  ],
  [
    "a claim of that name on another disk",
    {
      destination: {
        claims: [
          found(4, {
            claim: claim(4),
            volume: volume(4, { csi: { driver: "disk.example.com", volumeHandle: "other" } }),
          }),
        ],
      },
    },
    /^critical destination storage: PersistentVolumeClaim shop\/data-web-4 is there already, on another disk/,
    { destination: { claims: [found(4, { claim: claim(4), volume: volume(4) })] } },
  ],
  [
    "a class of pods that is missing",
    {
      destination: {
        needs: [
          {
            need: {
              field: "priorityClassName",
              apiVersion: "scheduling.k8s.io/v1",
              kind: "PriorityClass",
              name: "high",
            },
            there: false,
          },
        ],
      },
    },
    /^critical destination pods: .*PriorityClass high/,
    {},
  ],
  [
    "a pod that would be refused",
    { destination: { podRefused: "violates PodSecurity" } },
    /^critical destination pods: .*violates PodSecurity/,
    {},
  ],
  [
    "a quota",
    {
      destination: {
        quotas: [object("v1", "ResourceQuota", "q", { status: { hard: { pods: "4" }, used: { pods: "2" } } })],
      },
    },
    /^warning destination pods: ResourceQuota shop\/q leaves room for 2 of the 6/,
    {
      destination: {
        quotas: [object("v1", "ResourceQuota", "q", { status: { hard: { pods: "8" }, used: { pods: "2" } } })],
      },
    },
  ],
  [
    "no node that may take a pod",
    {
      destination: {
        nodes: [
          { ...node("far-1"), spec: { unschedulable: true } },
          { ...node("far-2"), spec: { taints: [{ key: "gpu", value: "a", effect: "NoSchedule" }] } },
        ],
      },
    },
    /^error destination nodes: .*far-1 is cordoned; far-2 has the taint gpu=a:NoSchedule/,
    {
      destination: {
        nodes: [{ ...node("far-1"), spec: { taints: [{ key: "gpu", value: "a", effect: "PreferNoSchedule" }] } }],
      },
    },
  ],
  [
    "a taint that is not tolerated",
    { destination: { nodes: [{ ...node("far-2"), spec: { taints: [{ key: "gpu", effect: "NoExecute" }] } }] } },
    /^error destination nodes: .*taint gpu:NoExecute/,
    {
      destination: { nodes: [{ ...node("far-2"), spec: { taints: [{ key: "gpu", effect: "NoExecute" }] } }] },
      ofDestination: manifests("destination", { tolerations: [{ key: "gpu", operator: "Exists" }] }),
    },
  ],
  [
    "too little room",
    { destination: { nodes: [big("far-1"), big("far-2")] }, ofDestination: manifests("destination", cpu) },
    /^warning destination nodes: .*room for 4 of the 6 pods .*cpu 0.5, memory 1Gi/,
    {
      destination: { nodes: [big("far-1"), big("far-2"), big("far-3")] },
      ofDestination: manifests("destination", cpu),
    },
  ],
  [
    "no room beside what runs",
    {
      destination: {
        nodes: [big("far-1")],
        everyPod: [
          { ...pod("other"), spec: { nodeName: "far-1", ...cpu } },
          { ...pod("other-2"), spec: { nodeName: "far-1", ...cpu } },
        ],
      },
      ofDestination: manifests("destination", cpu),
    },
    /^error destination nodes: .*room for 0 of the 6/,
    {},
  ],
  [
    "an unrelated object of the name",
    {
      destination: {
        beside: [{ wanted: object("v1", "Service", "web"), live: object("v1", "Service", "web") }],
        set: undefined,
        rangeLock: undefined,
      },
      ofDestination: { record: undefined },
    },
    /^critical destination names: Service shop\/web exists/,
    { destination: { beside: [{ wanted: object("v1", "Service", "web"), live: undefined }] } },
  ],
  [
    "an autoscaler without a range lock",
    { source: { scalers: [hpa], rangeLock: undefined } },
    /^critical source writers: HorizontalPodAutoscaler shop\/web scales/,
    {},
  ],
  [
    "an autoscaler",
    { source: { scalers: [hpa] } },
    /^error source writers: .*rangeLock denies/,
    {
      source: {
        scalers: [
          object("autoscaling/v1", "HorizontalPodAutoscaler", "api", {
            spec: { scaleTargetRef: { kind: "Deployment", name: "web" } },
          }),
        ],
      },
    },
  ],
  [
    "KEDA",
    {
      source: {
        scalers: [
          { ...hpa, kind: "ScaledObject" },
          { ...hpa, metadata: { ...hpa.metadata, ownerReferences: [{ kind: "ScaledObject", name: "web" }] } },
        ],
      },
    },
    /^error source writers: ScaledObject shop\/web/,
    {
      source: {
        scalers: [
          {
            ...hpa,
            kind: "ScaledObject",
            metadata: { ...hpa.metadata, annotations: { "autoscaling.keda.sh/paused": "true" } },
          },
        ],
      },
    },
  ],
  [
    "an operator",
    {
      source: {
        set: mark(liveSet(source6, 2), { ownerReferences: [{ controller: true, kind: "Redis", name: "web" }] }),
      },
    },
    /^critical source writers: .*owned by Redis web/,
    { source: { set: mark(liveSet(source6, 2), { ownerReferences: [{ kind: "Redis", name: "web" }] }) } },
  ],
  [
    "Helm",
    {
      source: {
        set: mark(liveSet(source6, 2), {
          annotations: { ...liveSet(source6, 2).metadata.annotations, "meta.helm.sh/release-name": "shop" },
        }),
      },
    },
    /^warning source writers: .*the Helm release shop/,
    {},
  ],
  [
    "another writer of replicas",
    {
      source: {
        set: mark(liveSet(source6, 2), {
          managedFields: [
            { manager: "bot", operation: "Update", time: "t", fieldsV1: { "f:spec": { "f:replicas": {} } } },
          ],
        }),
      },
    },
    /^warning source writers: .*field manager bot \(Update at t\)/,
    {
      source: {
        set: mark(liveSet(source6, 2), {
          managedFields: [
            { manager: "pulumi-kubernetes-x", fieldsV1: { "f:spec": { "f:replicas": {} } } },
            { manager: "bot", fieldsV1: { "f:spec": { "f:template": {} } } },
          ],
        }),
      },
    },
  ],
  [
    "a budget without room",
    {
      source: {
        budgets: [
          object("policy/v1", "PodDisruptionBudget", "web", {
            spec: { selector: { matchLabels: { app: "web" } }, maxUnavailable: 1 },
            status: { disruptionsAllowed: 0, expectedPods: 6 },
          }),
        ],
      },
    },
    /^warning source budgets: .*allows no disruption now/,
    {
      source: {
        budgets: [
          object("policy/v1", "PodDisruptionBudget", "api", {
            spec: { selector: { matchLabels: { app: "api" } }, maxUnavailable: 1 },
            status: { disruptionsAllowed: 0, expectedPods: 6 },
          }),
        ],
      },
    },
  ],
  [
    "a budget that counts",
    {
      source: {
        budgets: [
          object("policy/v1", "PodDisruptionBudget", "web", {
            spec: { selector: { matchLabels: { app: "web" } }, minAvailable: 5 },
          }),
        ],
      },
    },
    /^advice source budgets: .*wants 5 pods/,
    {},
  ],
  [
    "a hook that decommissions",
    { source: { set: withHook(["sh", "-c", "nodetool decommission --password hunter2"]) } },
    /^warning source endings: .*in db with the word "decommission"|"nodetool decommission"/,
    {
      source: {
        set: liveSet(source6, 2, {
          spec: withSpec({ containers: [{ name: "db", lifecycle: { preStop: { sleep: { seconds: 5 } } } }] }).spec,
        }),
      },
    },
  ],
  [
    "a hook",
    { source: { set: withHook(["/bin/stop"]) } },
    /^advice source endings: .*preStop hook in container db/,
    {},
  ],
  [
    "no grace",
    { source: { set: liveSet(source6, 2, { spec: withSpec({ terminationGracePeriodSeconds: 0 }).spec }) } },
    /^error source endings: .*by force/,
    {},
  ],
  [
    "a finalizer",
    {
      source: {
        claims: [
          found(5, {
            claim: claim(5, { metadata: { ...claim(5).metadata, finalizers: ["backup.example.com/x"] } }),
            volume: volume(5),
          }),
        ],
      },
    },
    /^warning source endings: PersistentVolumeClaim shop\/data-web-5 has the finalizer backup.example.com\/x/,
    {
      source: {
        claims: [
          found(5, {
            claim: claim(5, { metadata: { ...claim(5).metadata, finalizers: ["kubernetes.io/pvc-protection"] } }),
            volume: volume(5),
          }),
        ],
      },
    },
  ],
  [
    "a pod that mounts the claim",
    { source: { pods: [...[0, 1, 2, 3, 4, 5].map((n) => pod(`web-${n}`)), pod("backup", true, ["data-web-5"])] } },
    /^critical source mounts: claim data-web-5 .*also mounted by pod backup/,
    {
      source: {
        pods: [...[0, 1, 2, 3, 4, 5].map((n) => pod(`web-${n}`)), pod("backup", true, ["data-web-5"], "Succeeded")],
      },
    },
  ],
  [
    "a backup job",
    { source: { jobs: [backup({})] } },
    /^error source mounts: CronJob shop\/backup mounts data-web-3: it would/,
    { source: { jobs: [object("batch/v1", "CronJob", "other", { spec: { jobTemplate: {} } })] } },
  ],
  [
    "a backup job that is suspended",
    { source: { jobs: [backup({ suspend: true })] } },
    /^advice source mounts: .*is suspended/,
    {},
  ],
  [
    "annotations of an earlier move",
    { ofSource: { record: undefined } },
    /^error source leftovers: StatefulSet shop\/web carries the annotations of a move/,
    {},
  ],
  [
    "a set that was scaled",
    {
      source: {
        set: mark(liveSet(source6, 2), {
          annotations: { ...liveSet(source6, 2).metadata.annotations, "statefulset-cutover/range": "0+5" },
        }),
      },
    },
    /^error source leftovers: .*somebody has scaled it/,
    {},
  ],
  [
    "a range lock that was left",
    { ofDestination: { record: undefined }, destination: { set: undefined } },
    /^warning destination leftovers: ValidatingAdmissionPolicyBinding lock is left/,
    { ofDestination: { record: undefined }, destination: { set: undefined, rangeLock: undefined } },
  ],
];

function healthySeen(): { claims: ReturnType<typeof found>[] } {
  return healthy().halves.source.seen as unknown as { claims: ReturnType<typeof found>[] };
}

function zoned(zone: string): ReturnType<typeof volume> {
  const matchExpressions = [{ key: "topology.kubernetes.io/zone", operator: "In", values: [zone] }];
  return volume(5, { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } });
}

test.each(cases)("finds %s", (_, change, expected, near) => {
  const isFound = (lines: string[]): boolean => lines.some((line) => expected.test(line));
  expect([findings(change), isFound(findings(change))]).toEqual([expect.anything(), true]);
  expect([findings(near), isFound(findings(near))]).toEqual([expect.anything(), false]);
});

test("what a hook runs is not shown", () => {
  expect(findings({ source: { set: withHook(["sh", "-c", "leave --password hunter2"]) } }).join()).not.toContain(
    "hunter2",
  );
});

test("where no step is asked for, what only a step would meet is no worse than an error", () => {
  const change: Change = {
    source: { pods: [...[0, 1, 2, 3, 4, 5].map((n) => pod(`web-${n}`)), pod("b", true, ["data-web-5"])] },
  };
  expect(findings(change)[0]).toMatch(/^critical source mounts/);
  expect(findings({ ...change, moving: { asked: false } })[0]).toMatch(/^error source mounts/);
});

test("the worst come first", () => {
  const lines = findings({
    ofSource: config("source", { peerContext: undefined }),
    source: { scalers: [hpa], set: withHook(["leave"]), clock: { aheadMs: 90_000, withinMs: 1 } },
    destination: { podRefused: "no" },
  });
  expect(lines.map((line) => line.split(" ")[0])).toEqual(["critical", "error", "warning", "warning", "advice"]);
});
