import { minorOf } from "../core/contract/clusterIdentity";
import { inTreeKindIn } from "../core/volumes/inTreeVolumes";
import type { InTreeKind } from "../core/volumes/inTreeVolumes";
import type { Problem } from "../core/userError";
import type { OfferedVolume } from "../core/volumes/volume";
import type { Cluster } from "./client/cluster";

/** Storage classes and CSI drivers that handed-over volumes need and the destination lacks: one request each. */
export async function classProblems(
  cluster: Cluster,
  offered: readonly OfferedVolume[],
  storageClasses: Readonly<Record<string, string>>,
): Promise<Problem[]> {
  const volumes = offered.map(({ persistentVolume }) => persistentVolume);
  const specs = volumes.map(({ spec }) => spec);
  const inTree = [...new Set(volumes.map(inTreeKindIn))].filter((kind) => kind !== undefined);
  // Kubernetes itself may serve a kind there: only its version tells.
  const minor = inTree.length === 0 ? undefined : minorOf(await cluster.version());
  const redirected = inTree.filter(({ driver, since = 0 }) => driver !== undefined && (minor ?? since) >= since);
  const dropped = inTree.filter(({ dropped: from }) => from !== undefined && (minor ?? from) >= from);
  const classes = new Set(specs.map((spec) => spec.storageClassName ?? "").filter((name) => name !== ""));
  const drivers = new Set([...specs.map(({ csi }) => csi?.driver), ...redirected.map(({ driver }) => driver)]);
  drivers.delete(undefined);
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
    lacking(
      "CSIDriver",
      [...drivers].filter((name) => name !== undefined),
    ),
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
      what:
        `the destination has no CSI driver ${name} (no CSIDriver object)${servesToo(name, redirected)}, so it cannot mount ` +
        "the source's volumes",
      todo: "Install that driver in the destination with access to the same storage, or set volumes: fresh",
    })),
    ...dropped.map(({ field, dropped: from = 0, instead }) => ({
      where: "volumes:",
      what: `the source's volumes are ${field} volumes, which Kubernetes has dropped in 1.${from}: the destination cannot mount them`,
      todo:
        `Bring the data to ${instead === undefined ? "volumes of a CSI driver" : `volumes of the CSI driver ${instead}`} in ` +
        "the source first, or set volumes: fresh",
    })),
  ];
}

/** The in-tree volumes that a driver serves too, as a clause; empty if there are none. */
function servesToo(name: string, redirected: readonly InTreeKind[]): string {
  const kind = redirected.find(({ driver }) => driver === name);
  return kind === undefined ? "" : `, which serves ${kind.field} volumes since CSI migration`;
}
