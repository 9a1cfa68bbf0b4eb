import type { Draft } from "./manifest";
import { claim, object, podTemplate, service, set } from "./manifest";

/** A field that is empty in one way or another, and what a real API server stores there (Kubernetes 1.36). */
export interface UnsetCase {
  readonly object: Draft;
  readonly path: readonly (string | number)[];
  /** Undefined: the field is not stored. */
  readonly stored: unknown;
}

const container = ["spec", "template", "spec", "containers", 0];
const pod = ["spec", "template", "spec"];
const template = ["spec", "volumeClaimTemplates", 0];

function inSpec(name: string, value: unknown, stored: unknown, ...below: readonly string[]): UnsetCase {
  return { object: set({ [name]: value }), path: ["spec", name, ...below], stored };
}

function inPod(name: string, stored: unknown): UnsetCase[] {
  return ["", null].map((value) => ({
    object: set({ template: podTemplate({ [name]: value }) }),
    path: [...pod, name],
    stored,
  }));
}

function inContainer(name: string, stored: unknown): UnsetCase[] {
  return ["", null].map((value) => ({
    object: set({ template: podTemplate({}, { [name]: value }) }),
    path: [...container, name],
    stored,
  }));
}

function inService(name: string, value: unknown, stored: unknown): UnsetCase {
  return { object: service({ [name]: value }), path: ["spec", name], stored };
}

const ports = (port: Draft): Draft => ({ ports: [{ port: 80, ...port }] });

/** Asked of the program and the rehearsal here, and of a real API server in `tests/e2e/unset.e2e.ts`. */
export const unsetCases: readonly UnsetCase[] = [
  ...["", null].flatMap((empty) => [
    inSpec("podManagementPolicy", empty, "OrderedReady"),
    inSpec("serviceName", empty, ""),
    inSpec("updateStrategy", { type: empty }, "RollingUpdate", "type"),
    inSpec("persistentVolumeClaimRetentionPolicy", { whenDeleted: empty }, "Retain", "whenDeleted"),
    inSpec("persistentVolumeClaimRetentionPolicy", { whenScaled: empty }, "Retain", "whenScaled"),
  ]),
  inSpec("serviceName", undefined, ""),
  inSpec("replicas", null, 1),
  inSpec("ordinals", null, undefined),
  inSpec("ordinals", {}, 0, "start"),
  inSpec("ordinals", { start: null }, 0, "start"),
  inSpec("updateStrategy", {}, "RollingUpdate", "type"),
  inSpec("updateStrategy", null, "RollingUpdate", "type"),
  inSpec("updateStrategy", { rollingUpdate: { partition: null } }, { partition: 0 }, "rollingUpdate"),
  inSpec("updateStrategy", { rollingUpdate: null }, { partition: 0 }, "rollingUpdate"),
  inSpec("persistentVolumeClaimRetentionPolicy", null, "Retain", "whenScaled"),
  inSpec("persistentVolumeClaimRetentionPolicy", {}, "Retain", "whenDeleted"),
  inSpec("revisionHistoryLimit", null, 10),
  inSpec("minReadySeconds", null, undefined),
  inSpec("minReadySeconds", 0, undefined),
  inSpec("volumeClaimTemplates", null, undefined),
  ...inPod("restartPolicy", "Always"),
  ...inPod("dnsPolicy", "ClusterFirst"),
  ...inPod("schedulerName", "default-scheduler"),
  ...["serviceAccountName", "nodeName", "priorityClassName", "hostname", "subdomain"].flatMap((name) =>
    inPod(name, undefined),
  ),
  {
    object: set({ template: podTemplate({ runtimeClassName: null }) }),
    path: [...pod, "runtimeClassName"],
    stored: undefined,
  },
  {
    object: set({ template: podTemplate({ initContainers: null }) }),
    path: [...pod, "initContainers"],
    stored: undefined,
  },
  { object: set({ template: podTemplate({ securityContext: null }) }), path: [...pod, "securityContext"], stored: {} },
  ...inContainer("imagePullPolicy", "IfNotPresent"),
  ...inContainer("terminationMessagePath", "/dev/termination-log"),
  ...inContainer("terminationMessagePolicy", "File"),
  { object: set({ template: podTemplate({}, { env: null }) }), path: [...container, "env"], stored: undefined },
  {
    object: set({ template: podTemplate({}, { env: [{ name: "A", value: null }] }) }),
    path: [...container, "env", 0],
    stored: { name: "A" },
  },
  ...["", null].map((protocol) => ({
    object: set({ template: podTemplate({}, { ports: [{ containerPort: 80, protocol }] }) }),
    path: [...container, "ports", 0, "protocol"],
    stored: "TCP",
  })),
  {
    object: set({ volumeClaimTemplates: [claim({ volumeMode: null })] }),
    path: [...template, "spec", "volumeMode"],
    stored: "Filesystem",
  },
  {
    object: set({ volumeClaimTemplates: [claim({ storageClassName: "" })] }),
    path: [...template, "spec", "storageClassName"],
    stored: "",
  },
  {
    object: set({ volumeClaimTemplates: [claim({ storageClassName: null })] }),
    path: [...template, "spec", "storageClassName"],
    stored: undefined,
  },
  ...["", null].flatMap((empty) => [
    {
      object: set({ volumeClaimTemplates: [claim({ volumeName: empty })] }),
      path: [...template, "spec", "volumeName"],
      stored: undefined,
    },
    {
      object: set({ volumeClaimTemplates: [{ ...claim(), kind: empty }] }),
      path: [...template, "kind"],
      stored: "PersistentVolumeClaim",
    },
    {
      object: set({ volumeClaimTemplates: [{ ...claim(), apiVersion: empty }] }),
      path: [...template, "apiVersion"],
      stored: "v1",
    },
  ]),
  { object: set({}, { labels: { a: null } }), path: ["metadata", "labels", "a"], stored: "" },
  { object: set({}, { annotations: { a: null } }), path: ["metadata", "annotations", "a"], stored: "" },
  { object: object("v1", "ConfigMap", "c", { data: { a: null } }), path: ["data", "a"], stored: "" },
  { object: set({}, { labels: null }), path: ["metadata", "labels"], stored: undefined },
  ...["", null].flatMap((empty) => [
    inService("type", empty, "ClusterIP"),
    inService("sessionAffinity", empty, "None"),
    inService("externalTrafficPolicy", empty, undefined),
    { object: service(ports({ protocol: empty })), path: ["spec", "ports", 0, "protocol"], stored: "TCP" },
    { object: service(ports({ targetPort: empty })), path: ["spec", "ports", 0, "targetPort"], stored: 80 },
  ]),
  inService("selector", null, undefined),
  inService("internalTrafficPolicy", null, "Cluster"),
];

/** The value at a path; undefined where there is none. */
export function valueAt(object: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, name) => (value as Draft | undefined)?.[name], object);
}

/** A size as it is written, and as it is declared: what a real API server stores when it is given that. */
export const sizeCases: readonly (readonly [written: string | number, declared: string])[] = [
  ["1Gi", "1Gi"],
  ["1024Mi", "1Gi"],
  ["1.5Gi", "1536Mi"],
  ["0.5Gi", "512Mi"],
  [".5Gi", "512Mi"],
  ["1.0Gi", "1Gi"],
  ["01Gi", "1Gi"],
  ["+1Gi", "1Gi"],
  ["5.Gi", "5Gi"],
  ["0.5Ki", "512"],
  ["10240Gi", "10Ti"],
  ["1Ei", "1Ei"],
  ["1.1Gi", "1181116006400m"],
  ["1000M", "1G"],
  ["1000k", "1M"],
  ["1024k", "1024k"],
  ["1500M", "1500M"],
  ["1E", "1E"],
  ["1000000", "1M"],
  ["1000000000", "1G"],
  ["1073741824", "1073741824"],
  ["1500000", "1500k"],
  ["1024", "1024"],
  ["1000m", "1"],
  ["1500m", "1500m"],
  ["0.5", "500m"],
  ["1000000u", "1"],
  ["1e9", "1e9"],
  ["1E9", "1e9"],
  ["1.5e9", "1500e6"],
  ["1e10", "10e9"],
  ["1e-3", "1e-3"],
  ["1e0", "1"],
  [10, "10"],
  [1.5, "1500m"],
  [1e10, "10G"],
];
