import type { KubernetesObject } from "../../core/kubernetes";
import { renderProblem } from "../../core/userError";
import { readWorkload } from "../../core/manifests/workload";
import type { ManifestFile, Workload, WorkloadOptions } from "../../core/manifests/workload";

/** A manifest in the making: any JSON. */
export type Draft = Record<string, unknown>;

const options: WorkloadOptions = { side: "source", patches: [], storageClasses: {} };

/** A StatefulSet `web` in the namespace `shop`, with other values in its spec and metadata. */
export function set(spec: Draft = {}, metadata: Draft = {}): Draft {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "shop", ...metadata },
    spec: {
      replicas: 3,
      serviceName: "web",
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "nginx", image: "nginx:1.29" }] },
      },
      volumeClaimTemplates: [claim()],
      ...spec,
    },
  };
}

/** A claim template `data` of 1Gi. */
export function claim(spec: Draft = {}, metadata: Draft = {}): Draft {
  return {
    metadata: { name: "data", ...metadata },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
  };
}

/** A pod template of the set `web` with this spec, or with these fields of its one container. */
export function podTemplate(spec: Draft, container: Draft = {}): Draft {
  return {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "nginx", image: "nginx:1.29", ...container }], ...spec },
  };
}

/** The headless Service of the set. */
export function service(spec: Draft = {}, metadata: Draft = {}): Draft {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", ...metadata },
    spec: { clusterIP: "None", selector: { app: "web" }, ports: [{ port: 80 }], ...spec },
  };
}

/** Any other object. */
export function object(apiVersion: string, kind: string, name: string, fields: Draft = {}): Draft {
  const { metadata, ...rest } = fields;
  return { apiVersion, kind, metadata: { name, ...(metadata as Draft | undefined) }, ...rest };
}

/** A file of documents. JSON is YAML. */
export function file(...documents: readonly unknown[]): ManifestFile {
  return { path: "web.yaml", text: documents.map((document) => JSON.stringify(document)).join("\n---\n") };
}

/** What is wrong with manifests, as a user reads it. */
export function problemsIn(
  files: ManifestFile | readonly ManifestFile[],
  more: Partial<WorkloadOptions> = {},
): string[] {
  const list = "path" in files ? [files] : files;
  const { value: workload, problems } = readWorkload(list, { ...options, ...more });
  expect(workload === undefined).toBe(problems.length > 0);
  return problems.map(renderProblem);
}

/** The workload of manifests that have nothing wrong with them. */
export function workloadIn(
  files: ManifestFile | readonly ManifestFile[],
  more: Partial<WorkloadOptions> = {},
): Workload {
  const list = "path" in files ? [files] : files;
  const { value: workload, problems } = readWorkload(list, { ...options, ...more });
  if (workload === undefined) throw new Error(problems.map(renderProblem).join("\n"));
  return workload;
}

/** One object beside the set, as it comes out of manifests. */
export function belonging(draft: Draft, more: Partial<WorkloadOptions> = {}): KubernetesObject | undefined {
  return workloadIn(file(set({ serviceName: "other" }), draft), more).belongings[0];
}
