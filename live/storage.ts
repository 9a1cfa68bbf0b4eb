import type { Problem } from "../core/userError";
import type { OfferedVolume } from "../core/volume";
import type { Cluster } from "./cluster";

/** Storage classes and CSI drivers that handed-over volumes need and the destination lacks: one request each. */
export async function classProblems(
  cluster: Cluster,
  offered: readonly OfferedVolume[],
  storageClasses: Readonly<Record<string, string>>,
): Promise<Problem[]> {
  const specs = offered.map(({ persistentVolume }) => persistentVolume.spec);
  const classes = new Set(specs.map((spec) => spec.storageClassName ?? "").filter((name) => name !== ""));
  const drivers = new Set(specs.flatMap((spec) => (spec.csi === undefined ? [] : [spec.csi.driver])));
  const lacking = async (kind: "StorageClass" | "CSIDriver", names: Iterable<string>): Promise<string[]> => {
    const found = await Promise.all(
      [...names].map(async (name) => ({
        name,
        object: await cluster.read({ apiVersion: "storage.k8s.io/v1", kind, name }),
      })),
    );
    return found.filter(({ object }) => object === undefined).map(({ name }) => name);
  };
  const [missingClasses, missingDrivers] = await Promise.all([
    lacking("StorageClass", classes),
    lacking("CSIDriver", drivers),
  ]);
  const mapped = new Set(Object.values(storageClasses));
  return [
    ...missingClasses.map((name) => ({
      where: "storageClasses:",
      what: `the destination has no StorageClass ${name}`,
      todo: mapped.has(name)
        ? "Map to a class that it has: kubectl get storageclass"
        : `Create it there, or map it to one that the destination has: storageClasses: { ${name}: NAME }`,
    })),
    ...missingDrivers.map((name) => ({
      where: "volumes:",
      what: `the destination has no CSI driver ${name} (no CSIDriver object), so it cannot mount the source's volumes`,
      todo: "Install that driver in the destination with access to the same storage, or set volumes: fresh",
    })),
  ];
}
