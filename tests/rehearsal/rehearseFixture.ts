import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { OrdinalRange, Side } from "../../core/ordinals";
import { peerOf, rangeOf } from "../../core/ordinals";
import { rehearse } from "../../rehearsal/rehearse";
import type { Program, RehearsalOptions } from "../../rehearsal/rehearse";
import type { RehearsalReport } from "../../rehearsal/engine/report";

/** How a fixture's set is to be. */
export interface FixtureSet {
  readonly replicas: number;
  readonly start?: number;
  readonly templates?: readonly string[];
  readonly parallel?: boolean;
}

/** Manifests of a set named `web` in the namespace `shop`, with a Service and a Secret. */
export function manifests({ replicas, start = 0, templates = ["data"], parallel = false }: FixtureSet): string {
  const claims = templates.map(
    (name) => `    - metadata: { name: ${name} }
      spec:
        accessModes: [ReadWriteOnce]
        storageClassName: fast
        resources: { requests: { storage: 1Gi } }
`,
  );
  return `apiVersion: v1
kind: Secret
metadata: { name: web, namespace: shop }
data: { password: aHVudGVyMmh1bnRlcjI= }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { clusterIP: None, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web, namespace: shop }
spec:
  replicas: ${replicas}
${start === 0 ? "" : `  ordinals: { start: ${start} }\n`}${parallel ? "  podManagementPolicy: Parallel\n" : ""}  serviceName: web
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
${claims.length === 0 ? "" : `  volumeClaimTemplates:\n${claims.join("")}`}`;
}

/** Runs a test in a folder with these files, which is gone afterwards. */
export async function inFolder<T>(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "rehearse-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Rehearses a fixture's set from its manifests alone. */
export function rehearseSet(
  set: FixtureSet,
  options: Partial<RehearsalOptions> = {},
  program?: Program,
): Promise<RehearsalReport> {
  return inFolder({ "set.yaml": manifests(set) }, (cwd) =>
    rehearse({ cwd, manifests: ["set.yaml"], oneWay: false, problems: [], ...options }, {}, program),
  );
}

/** What a program without any of the protections may do wrong. */
export interface Faults {
  /** The range of a half at a cutover index, and whether the set exists already. */
  readonly range?: (side: Side, set: OrdinalRange, cutoverIndex: number) => OrdinalRange;
  /** What it exports beside `held`. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What it says that it holds. */
  readonly held?: (range: OrdinalRange) => OrdinalRange;
  /** Writes over what exists. */
  readonly upserts?: boolean;
  /** Declared while nothing has moved, and then no more. */
  readonly forgets?: boolean;
  /** Does not wait for its peer. */
  readonly hurries?: boolean;
}

/**
 * Moves a set of two without a claim, or with one that it hands to nobody: no hand-over, no guard, and of the protocol only
 * that a half waits for its peer to give up.
 */
export function naive(faults: Faults = {}, templates: readonly string[] = []): Program {
  const last: Partial<Record<Side, number>> = {};
  return () => {
    const side = pulumi.getStack() as Side;
    const cutoverIndex = new pulumi.Config().requireNumber("cutoverIndex");
    const other = last[peerOf(side)] ?? cutoverIndex;
    const isEarly = side === "source" ? cutoverIndex > other : cutoverIndex < other;
    if (isEarly && faults.hurries !== true) throw new pulumi.RunError("it is the other half's turn");
    last[side] = cutoverIndex;
    const whole = { start: 0, replicas: 2 };
    const range = (faults.range ?? rangeOf)(side, whole, cutoverIndex);
    const provider = new kubernetes.Provider("cluster", {
      upsertExistingObjects: faults.upserts ?? false,
      enablePatchForce: true,
    });
    const namespace = new kubernetes.core.v1.Namespace("shop", { metadata: { name: "shop" } }, { provider });
    if (faults.forgets !== true || cutoverIndex === 2) {
      const metadata = { name: "precious", namespace: "shop" };
      const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
      new kubernetes.core.v1.PersistentVolumeClaim("precious", { metadata, spec }, { provider, dependsOn: namespace });
    }
    const set = new kubernetes.apps.v1.StatefulSet(
      "web",
      {
        metadata: { name: "web", namespace: "shop" },
        spec: {
          replicas: range.replicas,
          ordinals: { start: range.start },
          serviceName: "web",
          selector: { matchLabels: { app: "web" } },
          template: {
            metadata: { labels: { app: "web" } },
            spec: { containers: [{ name: "web", image: "web:1" }] },
          },
          ...(templates.length > 0 && {
            volumeClaimTemplates: templates.map((name) => ({
              metadata: { name },
              spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
            })),
          }),
        },
      },
      { provider, dependsOn: namespace },
    );
    return Promise.resolve({ ...faults.outputs, held: set.id.apply(() => (faults.held ?? ((r) => r))(range)) });
  };
}
