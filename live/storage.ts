import type { StorageNeeds } from "../core/volumes/storageNeeds";
import type { Cluster } from "./client/cluster";

/** What a cluster lacks of what volumes need: one request each. */
export async function lackingStorage(cluster: Cluster, { classes, drivers }: StorageNeeds): Promise<StorageNeeds> {
  const lacking = async (kind: "StorageClass" | "CSIDriver", names: readonly string[]): Promise<string[]> => {
    const apiVersion = "storage.k8s.io/v1";
    const objects = await Promise.all(names.map((name) => cluster.read({ apiVersion, kind, name })));
    return names.filter((_, index) => objects[index] === undefined);
  };
  const [missingClasses, missingDrivers] = await Promise.all([
    lacking("StorageClass", classes),
    lacking("CSIDriver", drivers),
  ]);
  return { classes: missingClasses, drivers: missingDrivers };
}
