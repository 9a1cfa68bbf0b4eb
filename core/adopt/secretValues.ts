import { isObject } from "../json";
import { typeOf } from "../kinds";
import { titleOf } from "../kubernetes";
import type { KubernetesObject } from "../kubernetes";
import type { Problem } from "../userError";

/** A Secret of which the manifests have other values than the cluster. None of the values is in it. */
export interface ChangedSecret {
  readonly name: string;
  /** Such as `Secret shop/db`. */
  readonly where: string;
  /** The keys of the values that differ, in words. */
  readonly keys: string;
}

/** What a Secret is told by where its values differ; undefined if all that both have are the same, or it is no Secret. */
export function changedSecret(wanted: KubernetesObject, live: KubernetesObject): ChangedSecret | undefined {
  if (typeOf(wanted) !== "Secret") return undefined;
  const [mine, theirs] = [valuesOf(wanted), valuesOf(live)];
  const keys = [...mine.keys()].filter((key) => theirs.has(key) && theirs.get(key) !== mine.get(key)).sort();
  if (keys.length === 0) return undefined;
  return { name: live.metadata.name, where: titleOf(live), keys: keys.join(", ") };
}

/** The values of a Secret, however they are written: line breaks in base64 mean nothing, and `stringData` is written last. */
function valuesOf({ data, stringData }: KubernetesObject): ReadonlyMap<string, string> {
  const texts = (map: unknown): [string, string][] =>
    Object.entries(isObject(map) ? map : {}).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return new Map([
    ...texts(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString("base64")] as const),
    ...texts(stringData).map(([key, text]) => [key, Buffer.from(text, "utf8").toString("base64")] as const),
  ]);
}

const random =
  "probably new random ones, which a chart makes each time it is rendered: written, they would lock out whoever has those that run";

/**
 * Why Secrets with other values are not taken over.
 *
 * @param carried names of the Secrets that are carried already.
 */
export function notTakenSecrets(changed: readonly ChangedSecret[], carried: readonly string[]): Problem[] {
  const line = `carrySecrets: [${[...carried, ...changed.map(({ name }) => name)].join(", ")}]`;
  return changed.map(({ where, keys }) => ({
    where,
    what: `has other values of ${keys} in the manifests than in what runs (not shown), ${random}`,
    todo:
      `Carry the Secret that runs instead, ${line} in Pulumi.yaml, for both halves: what the manifests say of it is then ` +
      "left out. Or write the values that run into the manifests",
  }));
}

/** Why values of Secrets are not written by a first `up` that is run again. */
export function notWrittenAgain(changed: readonly ChangedSecret[]): Problem[] {
  return changed.map(({ where, keys }) => ({
    where,
    what: `has other values of ${keys} in the manifests than in the cluster (not shown), ${random}`,
    todo: "Give the manifests the values that they had when this was begun, which are in the cluster",
  }));
}

/** Why values of Secrets are not written by a step. `indexes`: where each half is, in words. */
export function notInAStep(changed: readonly ChangedSecret[], indexes: string): Problem[] {
  return changed.map(({ where, keys }) => ({
    where,
    what: `has other values of ${keys} in the manifests than in the cluster (not shown), and a change of cutoverIndex changes nothing else`,
    todo:
      "If a chart has rendered new random ones, give the manifests back what runs. If they are meant, run both halves with " +
      `them first, at the index where each is (${indexes}), then change cutoverIndex`,
  }));
}

/** What a person should know about a Secret whose values this `up` changes. */
export function changedWarnings(changed: readonly ChangedSecret[]): string[] {
  return changed.map(
    ({ where, keys }) =>
      `${where} has other values of ${keys} in the manifests than in the cluster (not shown), and this up writes them. If they are new ` +
      "random ones, which a chart makes each time it is rendered, whoever has the earlier ones is locked out: give the manifests " +
      "back what runs",
  );
}
