/**
 * The manifests of a scenario's set.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "yaml";

/** The set of a scenario. */
export interface ScenarioOptions {
  /** A namespace of its own, so that scenarios do not meet. */
  readonly namespace: string;
  /** The manifests: a folder of `examples/`, or files by name. Default: a set `web` made from the fields below. */
  readonly example?: "web" | "redis-cluster";
  readonly manifests?: Readonly<Record<string, string>>;
  /** Name of the set. Default `web`. */
  readonly name?: string;
  /** N. Default 3. */
  readonly replicas?: number;
  /** s. Default 0. */
  readonly start?: number;
  /** Names of the claim templates. Default `data`. */
  readonly templates?: readonly string[];
  /** Storage class of the volumes that are made; default `shared`, or none for an example. */
  readonly storageClass?: string;
  readonly podManagementPolicy?: "OrderedReady" | "Parallel";
  /** Annotations of the pods, such as `playground/ready-after`. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** More config. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Every file of an example that is a manifest. */
export function exampleOf(example: string): Record<string, string> {
  const folder = resolve(__dirname, "../../examples", example);
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml") && !name.startsWith("Pulumi"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** A headless Service and a set, as a user would write them. */
export function setManifest(options: Omit<ScenarioOptions, "namespace">): string {
  const { name = "web", replicas = 3, start = 0, templates = ["data"], storageClass = "shared" } = options;
  const labels = { app: name };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { clusterIP: "None", selector: labels, ports: [{ port: 80 }] },
  };
  const annotations = options.podAnnotations ?? {};
  const set = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name },
    spec: {
      replicas,
      ...(start > 0 && { ordinals: { start } }),
      serviceName: name,
      selector: { matchLabels: labels },
      ...(options.podManagementPolicy && { podManagementPolicy: options.podManagementPolicy }),
      template: {
        metadata: { labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
        spec: {
          // Where an `up` was killed in mid-release, the next one waits for as long and 10 s.
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: "main",
              image: "example.com/web:1",
              volumeMounts: templates.map((template) => ({ name: template, mountPath: `/${template}` })),
            },
          ],
        },
      },
      ...(templates.length > 0 && {
        volumeClaimTemplates: templates.map((template) => ({
          metadata: { name: template },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: storageClass,
            resources: { requests: { storage: "1Gi" } },
          },
        })),
      }),
    },
  };
  return [service, set].map((object) => stringify(object)).join("---\n");
}
