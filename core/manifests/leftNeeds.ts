import { capital } from "../suggestion";
import { carryKeys } from "../set/carried";
import type { CarriedName } from "../set/carried";
import type { StatefulSet } from "../kubernetes";
import { typeOf } from "../kinds";
import type { LeftObject } from "./leaveOut";
import type { Located } from "./manifests";
import { accountOf, podReferences } from "../set/podReferences";

/**
 * Warnings for what the pods of a set name and the manifests would have, were it not left out: in the source it is there
 * already, in the destination no pod would start without it.
 *
 * @param carried what is carried: that the destination gets.
 */
export function leftNeeds(
  set: StatefulSet,
  left: readonly LeftObject[],
  located: readonly Located[],
  carried: readonly CarriedName[],
): string[] {
  const account = accountOf(set);
  const accountObject = located.find(
    ({ object }) => typeOf(object) === "ServiceAccount" && object.metadata.name === (account ?? "default"),
  );
  const needs = [
    ...podReferences(set, accountObject?.object).filter(({ optional }) => !optional),
    ...(account === undefined ? [] : [{ kind: "ServiceAccount", name: account } as const]),
  ];
  return needs.flatMap(({ kind, name }) => {
    const found = left.find((one) => typeOf(one) === kind && one.name === name);
    if (found === undefined || found.reason === "carried") return [];
    if (carried.some((one) => one.kind === kind && one.name === name)) return [];
    const why = found.reason === "hook" ? "made by a hook of Helm" : "named by leaveOut";
    const back = found.reason === "hook" ? "remove the annotation helm.sh/hook from it" : "take it out of leaveOut";
    const here = `make it there by other means before the first step, or ${back}`;
    const todo = kind === "ServiceAccount" ? capital(here) : `Carry it, ${carryLine(kind, name, carried)}, or ${here}`;
    return [
      `${kind} ${name} is named by the pods and left out, since it is ${why}: without it no pod starts in the destination. ${todo}`,
    ];
  });
}

/** The line of config that carries an object beside those that are carried already. */
function carryLine(kind: CarriedName["kind"], name: string, carried: readonly CarriedName[]): string {
  const names = [...carried.filter((one) => one.kind === kind).map((one) => one.name), name];
  return `${carryKeys[kind]}: [${[...new Set(names)].join(", ")}]`;
}
