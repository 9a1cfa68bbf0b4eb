import { belongingsOf } from "../adopt/belongings";
import { leaveOutLine } from "./leaveOut";
import type { KubernetesObject, StatefulSet } from "../kubernetes";
import { typeOf } from "../kinds";
import type { Located } from "./manifests";
import { podReferences } from "../set/podReferences";
import { checkSet } from "../set/statefulSet";

/**
 * How to move several sets that came in the same manifests: a project for each, which leaves out the others and what is
 * only theirs. A clause with a line of config for each set.
 *
 * @param given what is left out already.
 */
export function splitLines(sets: readonly Located[], all: readonly Located[], given: readonly string[]): string {
  const owned = new Map(sets.map((set) => [set, ownedBy(set, all)]));
  const lines = sets.map((set) => {
    const own = new Set(owned.get(set));
    const others = sets.filter((other) => other !== set);
    const theirs = new Set(
      others.flatMap((other) => [other, ...(owned.get(other) ?? []).filter((one) => !own.has(one))]),
    );
    const line = leaveOutLine(
      all.filter((one) => theirs.has(one)),
      all,
      given,
    );
    return `${line} to move ${set.object.metadata.name}`;
  });
  return lines.join(", ");
}

/** What belongs to a set, as far as its manifest tells; nothing if it cannot be read as one. */
function ownedBy({ object }: Located, all: readonly Located[]): Located[] {
  const [wrong] = checkSet(object);
  if (wrong !== undefined) return [];
  const set = object as StatefulSet;
  const { objects } = belongingsOf(
    set,
    [],
    all.map((one) => one.object),
  );
  const account = objects.find(({ kind }) => kind === "ServiceAccount");
  const named = podReferences(set, account);
  const isNamed = (one: KubernetesObject): boolean =>
    named.some(({ kind, name }) => typeOf(one) === kind && one.metadata.name === name);
  return all.filter((one) => objects.includes(one.object) || isNamed(one.object));
}
