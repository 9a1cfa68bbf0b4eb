/**
 * What a real API server stores where a manifest leaves a field empty, and of sizes: the truth behind `core/unset.ts` and
 * `core/quantity.ts`.
 */
import { sizeOf } from "../../core/quantity";
import type { KubeObject } from "../../dev/playground/api";
import { claim, set } from "../core/manifest";
import { sizeCases, unsetCases, valueAt } from "../core/unsetCases";
import { useGround } from "./ground";
import { describeOnClusters } from "./tools";

const collection: Readonly<Record<string, string>> = {
  StatefulSet: "/apis/apps/v1/namespaces/default/statefulsets",
  Service: "/api/v1/namespaces/default/services",
  ConfigMap: "/api/v1/namespaces/default/configmaps",
};

describeOnClusters("what an API server stores", () => {
  const ground = useGround();
  const stored = async (object: Record<string, unknown>): Promise<KubeObject> => {
    const inDefault = { ...object, metadata: { ...(object.metadata as object), namespace: "default" } };
    return ground()
      .client("source")
      .create(`${collection[String(object.kind)] ?? ""}?dryRun=All`, inDefault as unknown as KubeObject);
  };
  const sizeStored = async (storage: string | number): Promise<unknown> => {
    const answer = await stored(set({ volumeClaimTemplates: [claim({ resources: { requests: { storage } } })] }));
    return valueAt(answer, ["spec", "volumeClaimTemplates", 0, "spec", "resources", "requests", "storage"]);
  };

  test("empty fields, as if they were absent", async () => {
    for (const { object, path, stored: expected } of unsetCases) {
      const place = `${String(object.kind)} ${path.join(".")} ${JSON.stringify(valueAt(object, path))}`;
      expect([place, valueAt(await stored(object), path)]).toStrictEqual([place, expected]);
    }
  });

  test("a size that is declared, as it is; and one that is written, as the same amount", async () => {
    for (const [written, declared] of sizeCases) {
      expect([written, await sizeStored(declared)]).toStrictEqual([written, declared]);
      expect([written, sizeOf(await sizeStored(written))?.bytes]).toStrictEqual([written, sizeOf(declared)?.bytes]);
    }
  });
});
