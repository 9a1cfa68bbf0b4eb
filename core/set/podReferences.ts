import { carryKeys } from "./carried";
import type { CarriedKind, CarriedName } from "./carried";
import { field, isObject, listAt } from "../json";
import type { KubernetesObject, StatefulSet } from "../kubernetes";

/** A Secret or ConfigMap that the pods of a set name. */
export interface PodReference extends CarriedName {
  /** Whether the pods start without it. */
  readonly optional: boolean;
}

/** Fields of a pod's spec that name an object of each kind. */
const fields: Readonly<Record<CarriedKind, ReadonlySet<string>>> = {
  Secret: new Set(["secret", "secretRef", "secretKeyRef", "azureFile", "nodePublishSecretRef"]),
  ConfigMap: new Set(["configMap", "configMapRef", "configMapKeyRef"]),
};

/**
 * The Secrets and ConfigMaps that the pods of a set name: in variables, volumes and for pulling images. Each once, in
 * alphabetical order, Secrets first.
 *
 * @param account the pods' ServiceAccount, which may name Secrets for pulling images too.
 */
export function podReferences({ spec }: StatefulSet, account: KubernetesObject | undefined): PodReference[] {
  const found = new Map<string, PodReference>();
  const add = (kind: CarriedKind, name: unknown, optional: boolean): void => {
    if (typeof name !== "string" || name === "") return;
    const key = `${kind} ${name}`;
    found.set(key, { kind, name, optional: optional && (found.get(key)?.optional ?? true) });
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    if (!isObject(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      for (const kind of Object.keys(carryKeys) as CarriedKind[]) {
        if (!fields[kind].has(name)) continue;
        add(kind, field(inner, "name") ?? field(inner, "secretName"), field(inner, "optional") === true);
      }
      walk(inner);
    }
  };
  walk(spec.template.spec);
  // A kubelet pulls without what is not there.
  for (const named of [...listAt(spec.template.spec, "imagePullSecrets"), ...listAt(account, "imagePullSecrets")]) {
    add("Secret", field(named, "name"), true);
  }
  // Kubernetes makes it in every namespace.
  found.delete("ConfigMap kube-root-ca.crt");
  const order = Object.keys(carryKeys);
  return [...found.values()].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.name < b.name ? -1 : 1),
  );
}

/** Name of the ServiceAccount that the pods run as, or undefined for the namespace's own, `default`. */
export function accountOf({ spec }: StatefulSet): string | undefined {
  const { serviceAccountName, serviceAccount } = spec.template.spec;
  const name = serviceAccountName ?? serviceAccount;
  return typeof name === "string" && name !== "" && name !== "default" ? name : undefined;
}
