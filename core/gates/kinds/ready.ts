import { ordinalsOf, ordinalsOutside } from "../../ordinals";
import { whyNotReady } from "../../project/podTrouble";
import type { Kind } from "../kind";
import { sideOf } from "../scene";
import type { Scene, SetPod } from "../scene";

/**
 * `ready: {}`: every ordinal of the whole set is Ready in the cluster where it lives at this cutover index, and has no pod in the
 * other one; no pod of the set beyond.
 */
export const ready: Kind = () => ({
  gate: {
    asks: () => [],
    why: (_, scene) => [...ordinalsOf(scene.set).flatMap((ordinal) => whyNot(scene, ordinal)), ...beyond(scene)],
  },
});

function whyNot({ set, step, pods }: Scene, ordinal: number): string[] {
  const side = sideOf(set, step.to, ordinal);
  const own = pods.filter((pod) => pod.ordinal === ordinal);
  const here = own.find((pod) => pod.side === side);
  const elsewhere = own.filter((pod) => pod.side !== side).map((pod) => `${pod.name} is still in the ${pod.side}`);
  if (here === undefined) return [`${set.name}-${ordinal} has no pod in the ${side}`, ...elsewhere];
  return [...(here.ready ? [] : [trouble(here)]), ...elsewhere];
}

function trouble({ name, side, object }: SetPod): string {
  return `in the ${side} ${whyNotReady(object) ?? `${name} is not Ready: it has come to its end`}`;
}

function beyond({ set, pods }: Scene): string[] {
  return pods
    .filter(({ ordinal }) => ordinalsOutside({ start: ordinal, replicas: 1 }, set).length > 0)
    .map(({ name, side }) => `${name} is in the ${side}, and beyond the set`);
}
