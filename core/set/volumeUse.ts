import { at, field, isObject, listAt } from "../json";
import { containersOf } from "./podTemplate";
import { badField, hasMap } from "../finding";
import type { Finding } from "../finding";

/**
 * Finds what a container mounts that no pod could mount. An API server knows all the names of a pod's volumes; what is a
 * disk without a file system only the kubelet knows, which then waits for ever (`createVolumeSpec` in its
 * `desired_state_of_world_populator.go`).
 */
export function* checkVolumeUse(set: unknown): Iterable<Finding> {
  const volumes = volumesOf(set);
  for (const { container, place } of containersOf(set)) {
    for (const list of ["volumeMounts", "volumeDevices"] as const) {
      for (const [index, entry] of listAt(container, list).entries()) {
        const name = field(entry, "name");
        const path = `${place}.${list}[${index}].name`;
        if (typeof name !== "string" || name === "") {
          yield badField(path, name === "" ? undefined : name, "the name of a volume or of a claim template");
          continue;
        }
        const use = volumes.get(name);
        if (use === undefined) {
          yield {
            path,
            what: "names neither a volume of the pods nor a claim template: the API server refuses such pods",
            received: name,
            legal: [...volumes.keys()].join(", ") || "a volume, of which there is none",
            todo: "Correct it, or add the volume",
          };
        } else if (list === "volumeMounts" && use === "disk") {
          yield {
            path,
            what: `mounts the claims of ${name}, which have no file system (volumeMode: Block): no kubelet starts such a pod`,
            todo: "Name it in volumeDevices with a devicePath, or make it volumeMode: Filesystem",
          };
        } else if (list === "volumeDevices" && use === "files") {
          yield {
            path,
            what: `names ${name}, which is no disk without a file system: no pod starts with it as a device`,
            legal: "a claim template with volumeMode: Block",
            todo: "Name it in volumeMounts with a mountPath, or give its claim template volumeMode: Block",
          };
        }
      }
    }
  }
}

/** Finds a claim template that names one volume for the claims of several ordinals: only one of them can have it. */
export function* checkVolumeNames(set: unknown): Iterable<Finding> {
  const replicas = at(set, "spec", "replicas") ?? 1;
  if (typeof replicas !== "number" || replicas <= 1) return;
  for (const [index, template] of listAt(set, "spec", "volumeClaimTemplates").entries()) {
    const volume = at(template, "spec", "volumeName") ?? "";
    if (volume === "") continue;
    yield {
      path: `spec.volumeClaimTemplates[${index}].spec.volumeName`,
      what: `names one PersistentVolume for the claims of all ${replicas} ordinals: one of them is bound to it, and the pods of the others never start`,
      ...(hasMap(volume) ? {} : { received: volume }),
      todo: "Remove it. In a set that runs it cannot be changed: make the set anew without deleting its pods (kubectl delete --cascade=orphan)",
    };
  }
}

/** What a volume can be used as; `either`: a claim that is not the set's own. */
type Use = "disk" | "files" | "either";

/** The volumes of the set's pods by name. A claim template takes the place of a volume of its name. */
function volumesOf(set: unknown): ReadonlyMap<string, Use> {
  const own = listAt(set, "spec", "template", "spec", "volumes").map((volume): [unknown, Use] => {
    const isClaim = ["persistentVolumeClaim", "ephemeral"].some((kind) => isObject(field(volume, kind)));
    return [field(volume, "name"), isClaim ? "either" : "files"];
  });
  const claims = listAt(set, "spec", "volumeClaimTemplates").map((template): [unknown, Use] => [
    at(template, "metadata", "name"),
    at(template, "spec", "volumeMode") === "Block" ? "disk" : "files",
  ]);
  return new Map([...own, ...claims].filter((entry): entry is [string, Use] => typeof entry[0] === "string"));
}
