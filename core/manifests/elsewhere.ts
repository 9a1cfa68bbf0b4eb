import { at, listAt } from "../json";
import type { KubernetesObject } from "../kubernetes";
import type { Located } from "./manifests";
import { nodePortWarnings } from "./nodePorts";
import { nodeDemands } from "../set/nodeSelection";

/**
 * Warnings for what the manifests of the destination name and another cluster may not have: nodes by their names, a
 * scheduler, node ports, volumes that claims made there would need.
 *
 * @param set with the destination's patches.
 * @param where how a message calls it.
 */
export function elsewhereWarnings(set: KubernetesObject, where: string, located: readonly Located[]): string[] {
  return [
    ...[...nodeWarnings(set), ...schedulerWarnings(set), ...claimWarnings(set)].map((text) => `${where}: ${text}`),
    ...nodePortWarnings(located),
  ];
}

const podSpec = ["spec", "template", "spec"] as const;

function nodeWarnings(set: KubernetesObject): string[] {
  return nodeDemands(at(set, ...podSpec))
    .filter(({ names }) => names.length > 0)
    .map(({ path, text }) => {
      const fate =
        path === "nodeName"
          ? "are bound to it without the scheduler, deleted as orphans and made again, and never start"
          : "stay Pending";
      return (
        `${podSpec.join(".")}.${path} is for nodes by their names (${text}): where the destination has none of that name, ` +
        `the pods ${fate}. Change it in the destination by patches`
      );
    });
}

function schedulerWarnings(set: KubernetesObject): string[] {
  const name = at(set, ...podSpec, "schedulerName");
  const gates = listAt(set, ...podSpec, "schedulingGates");
  return [
    ...(typeof name !== "string" || ["", "default-scheduler"].includes(name)
      ? []
      : [
          `${podSpec.join(".")}.schedulerName is ${name}: without a scheduler of that name in the destination the pods ` +
            "stay Pending. See that it runs there, or change the name in the destination by patches",
        ]),
    ...(gates.length === 0
      ? []
      : [
          `${podSpec.join(".")}.schedulingGates keep each pod Pending until somebody removes them: see that what does so runs ` +
            "in the destination too",
        ]),
  ];
}

/** What a claim asks for beside a size, and what that means where the claim is new. */
const claimNeeds: Readonly<Record<string, string>> = {
  volumeName: "a PersistentVolume of that name",
  selector: "PersistentVolumes with such labels, since volumes that are provisioned have none",
  dataSource: "what it names, which its data is to come from",
  dataSourceRef: "what it names, which its data is to come from",
  volumeAttributesClassName: "a VolumeAttributesClass of that name",
};

function claimWarnings(set: KubernetesObject): string[] {
  return listAt(set, "spec", "volumeClaimTemplates").flatMap((template, index) =>
    Object.entries(claimNeeds)
      .filter(([name]) => ![undefined, null, ""].includes(at(template, "spec", name) as null))
      .map(
        ([name, need]) =>
          `spec.volumeClaimTemplates[${index}].spec.${name} needs ${need}: without it in the destination, a claim that is made ` +
          "there (volumes: fresh, or a set that grows) stays Pending, and its pod does not start. What is carried brings its own",
      ),
  );
}
