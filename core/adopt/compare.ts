import { differences, formatPath } from "./differences";
import type { Difference } from "./differences";
import { copyOf, drop, field, isObject, listAt } from "../json";
import type { JsonObject } from "../json";
import { isCustom, typeOf } from "../kinds";
import { titleOf } from "../kubernetes";
import type { KubernetesObject } from "../kubernetes";
import { ownPrefix } from "../cleaned";
import { changedSecret } from "./secretValues";
import type { ChangedSecret } from "./secretValues";
import { shown } from "../userError";
import type { Problem } from "../userError";

/** A live object compared with what the API server would store if it were replaced by that of the manifests. */
export interface Comparison {
  /** What differs, and so keeps the object from being taken over. */
  readonly problems: readonly Problem[];
  /** What stays in the cluster although the manifests do not have it. */
  readonly warnings: readonly string[];
  /** The annotations that taking over writes, and all that it writes if there is no problem. */
  readonly written: readonly string[];
  /** Set if it is a Secret that has other values: why that is so is told apart, and it is not taken over. */
  readonly changed?: ChangedSecret;
}

const todo = "Write what runs into the manifests, or into patches; change it once it is taken over";

/**
 * Compares a live object with what the API server would store in its place. Nothing may differ: what the manifests say
 * would be written, and what they lack would be missing in the destination, and be removed here by the next update where
 * kubectl wrote it (Pulumi's provider takes kubectl's fields over).
 *
 * Labels and annotations that only the live object has are warned about, and so are other fields of a custom resource,
 * since its controller may have filled them in.
 *
 * @param stored the answer to a dry run: the object as declared, with the API's defaults.
 */
export function compare(live: KubernetesObject, stored: KubernetesObject): Comparison {
  const where = titleOf(live);
  const problems: Problem[] = [];
  const left: string[] = [];
  const written: string[] = [];
  const changed = changedSecret(stored, live);
  for (const difference of differences(comparable(live), comparable(stored))) {
    const { path, wanted } = difference;
    if (changed !== undefined && path[0] === "data" && wanted !== undefined && difference.live !== undefined) continue;
    const isMetadata = path[0] === "metadata";
    if (isMetadata && isOwn(difference)) {
      if (wanted !== undefined) written.push(path[2] ?? "");
    } else if (wanted === undefined && (isMetadata || isCustom(live))) left.push(formatPath(path));
    else problems.push(differenceProblem(where, difference));
  }
  const kept = left.filter((name) => !marks.some((mark) => name.includes(mark)));
  return {
    problems,
    warnings:
      kept.length === 0
        ? []
        : [
            `adopt: ${where} has fields that the manifests lack: ${kept.join(", ")}. They stay for now, but the destination ` +
              "will not have them, and a later update removes those that kubectl wrote. To keep them, add them to the manifests",
          ],
    written,
    ...(changed && { changed }),
  };
}

/** A difference as a problem: what the manifests say is what was received, and what runs is legal. */
export function differenceProblem(where: string, { path, live, wanted }: Difference): Problem {
  const name = path[path.length - 1] ?? "";
  const secret = path.some((one) => secretNames.has(one)) || secretWords.test(name);
  const what =
    wanted === undefined
      ? "runs with a value that the manifests do not have"
      : live === undefined
        ? "is in the manifests, and not in what runs"
        : "differs from what runs";
  if (secret) return { where: `${where}: ${formatPath(path)}`, what: `${what} (not shown, as it may be secret)`, todo };
  return {
    where: `${where}: ${formatPath(path)}`,
    what,
    ...(wanted === undefined ? {} : { received: withoutSecrets(wanted) }),
    ...(live === undefined ? {} : { legal: shown(withoutSecrets(live)) }),
    todo,
  };
}

/**
 * Fields whose values are shown nowhere: those of Secrets and ConfigMaps, of environment variables and HTTP headers, and
 * what a container is started with. A password may stand in each of them.
 */
const secretNames: ReadonlySet<string> = new Set(["data", "stringData", "binaryData", "value", "args", "command"]);
const secretWords = /pass(word|wd)?$|secret$|token$|credential/i;

/** A value without what may be secret within. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretNames.has(name) || secretWords.test(name) ? "[not shown]" : withoutSecrets(inner),
    ]),
  );
}

/** Whether a difference is an annotation of this program's, or one with orders to its provider. */
function isOwn({ path }: Difference): boolean {
  const [, field, name = ""] = path;
  return field === "annotations" && (name.startsWith(ownPrefix) || name.startsWith("pulumi.com/"));
}

/** Labels and annotations of tools that apply objects: told by `managedBy`, or of no use once the object is taken over. */
const marks = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "meta.helm.sh/release-",
  "app.kubernetes.io/managed-by",
  "helm.sh/",
  "argocd.argoproj.io/",
  "toolkit.fluxcd.io/",
  "deployment.kubernetes.io/revision",
];

/**
 * An object without the marks of the tools that apply it, and without Pulumi's: in the other cluster they would name a
 * release that it does not have. Its own labels and annotations only: those of a pod template are what runs.
 */
export function withoutMarks(object: KubernetesObject): KubernetesObject {
  const copy = copyOf(object);
  for (const name of ["labels", "annotations"] as const) {
    const kept = Object.entries(copy.metadata[name] ?? {}).filter(
      ([key]) => !key.startsWith("pulumi.com/") && !marks.some((mark) => key.includes(mark)),
    );
    if (kept.length > 0) copy.metadata[name] = Object.fromEntries(kept);
    else drop(copy.metadata, name);
  }
  return copy;
}

/** An object without what its server, its controllers and the protocol set. */
function comparable(object: KubernetesObject): JsonObject {
  const { labels = {}, annotations = {} } = object.metadata;
  const copy: JsonObject = { ...copyOf(object), metadata: { labels, annotations } };
  drop(copy, "status");
  // Old clusters make secrets for each ServiceAccount.
  if (typeOf(object) === "ServiceAccount") drop(copy, "secrets");
  // The range is compared by itself, and the claim templates, which nothing can change, before.
  if (typeOf(object) === "apps/StatefulSet" && isObject(copy.spec)) {
    drop(copy.spec, "replicas", "ordinals", "volumeClaimTemplates");
  }
  return copy;
}

/** Who else manages an object and would undo what is done to it, a clause; undefined if nobody says so. */
export function managedBy(live: KubernetesObject): string | undefined {
  const { labels = {}, annotations = {} } = live.metadata;
  const release = annotations["meta.helm.sh/release-name"];
  if (release !== undefined) return `the Helm release ${release}`;
  const argo = annotations["argocd.argoproj.io/tracking-id"] ?? labels["argocd.argoproj.io/instance"];
  if (argo !== undefined) return `the Argo CD application ${argo.replace(/:.*/, "")}`;
  const flux = ["kustomize", "helm"].map((controller) => labels[`${controller}.toolkit.fluxcd.io/name`]);
  const name = flux.find((label) => label !== undefined);
  return name === undefined ? undefined : `the Flux object ${name}`;
}

/** Why an object that belongs to the set cannot be taken over, whatever it says; undefined if it can. */
export function whyNotTaken(live: KubernetesObject): Problem | undefined {
  const where = titleOf(live);
  if (live.metadata.deletionTimestamp !== undefined)
    return { where, what: "is being deleted", todo: "Wait until it is gone" };
  const owner = listAt(live, "metadata", "ownerReferences").find(
    (reference) => field(reference, "controller") === true,
  );
  if (owner === undefined) return undefined;
  const who = `${String(field(owner, "kind"))} ${String(field(owner, "name"))}`;
  const leaveIt = `Remove it from the manifests, or add ${live.kind}/${live.metadata.name} to leaveOut`;
  return live.kind === "StatefulSet"
    ? {
        where,
        what: `is owned by ${who}: its operator would undo each step`,
        todo: "Move it by the operator's own means, or take it away from the operator first",
      }
    : { where, what: `is made by ${who}, which would write it too`, todo: leaveIt };
}

/** A state of an object, as far as it matters to what was compared. */
export interface Seen {
  readonly uid: string;
  /** The generation, which a change of status does not raise; for kinds without one, the resource version. */
  readonly revision: string;
}

/** The state that an object is in. */
export function seenOf({ metadata }: KubernetesObject): Seen {
  return {
    uid: metadata.uid ?? "",
    revision: String(metadata.generation ?? metadata.resourceVersion),
  };
}
