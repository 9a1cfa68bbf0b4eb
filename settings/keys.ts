import { capital, suggestion } from "../core/suggestion";
import type { ConfigReader } from "./configReader";

const keys = [
  ...["cutoverIndex", "side", "peerStack", "manifests", "namespace", "createNamespace", "batch", "volumes"],
  ...[
    "storageClasses",
    "carrySecrets",
    "carryConfigMaps",
    "csi",
    "inTreeVolumes",
    "patches",
    "rangeLock",
    "peerContext",
    "fenced",
  ],
  ...["adopt", "leaveOut", "gates", "before", "after"],
];
/** Earlier names of keys. */
const renamed: Readonly<Record<string, string>> = { fence: "rangeLock" };
/** Keys of the Kubernetes provider that are read. */
export const providerKeys = ["kubernetes:context", "kubernetes:kubeconfig"];
/** Keys that no provider has: under another namespace they are this program's, lost when the project was renamed. */
const ownKeys = new Set([
  "cutoverIndex",
  "peerStack",
  "manifests",
  "leaveOut",
  "createNamespace",
  "storageClasses",
  "inTreeVolumes",
  "peerContext",
]);

/** Refuses every key that has no meaning here, with what may have been meant. */
export function refuseUnknown(reader: ConfigReader): void {
  for (const name of reader.names().sort()) {
    const colon = name.indexOf(":");
    const [space, key] = [name.slice(0, colon), name.slice(colon + 1)];
    if (space === reader.project) {
      refuseUnknownKey(reader, key);
    } else if (space === "kubernetes" && !providerKeys.includes(name)) {
      const instead =
        key === "namespace" ? "use the key namespace instead, or " : suggestion(name, [...keys, ...providerKeys]);
      const what = "would have no effect: this program sets every switch of its Kubernetes provider itself";
      reader.problem(name, {
        what,
        legal: providerKeys.join(", "),
        todo: capital(`${instead}${reader.removal(name)}`),
      });
    } else if (space !== "kubernetes" && ownKeys.has(key)) {
      const what = `belongs to another project: this one is called ${JSON.stringify(reader.project)}`;
      reader.problem(name, { what, todo: `Set ${key} in this project if it still holds, and ${reader.removal(name)}` });
    }
  }
}

function refuseUnknownKey(reader: ConfigReader, key: string): void {
  const name = Object.hasOwn(renamed, key) ? renamed[key] : undefined;
  if (name !== undefined) {
    const todo = capital(`set ${name} to the same value, and ${reader.removal(key)}`);
    reader.problem(key, { what: "has another name now", legal: name, todo });
  } else if (!keys.includes(key)) {
    const todo = capital(`${suggestion(key, [...keys, ...providerKeys])}${reader.removal(key)}`);
    reader.problem(key, { what: "is not a config key of this program", legal: keys.join(", "), todo });
  }
}
