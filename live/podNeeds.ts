import { isOptional, lackingProblem, titleOfNeed } from "../core/set/podNeeds";
import type { PodNeed } from "../core/set/podNeeds";
import { renderProblem } from "../core/userError";
import type { Problem } from "../core/userError";
import { NotAllowed } from "./client/cluster";
import type { Cluster } from "./client/cluster";

/** Where pods are to run, and how it is called in messages. */
export interface NeedsPlace {
  /** The set, such as `StatefulSet shop/web:`. */
  readonly where: string;
  /** Such as `the cluster of context west`. */
  readonly cluster: string;
}

/**
 * Looks up what the pods of a set need: one request each, whatever the size of the set. What no pod could be made without
 * is a problem; what may not be looked up, a warning.
 */
export async function lookUpNeeds(
  cluster: Pick<Cluster, "names" | "read">,
  needs: readonly PodNeed[],
  { where, cluster: called }: NeedsPlace,
  problems: Problem[],
  warnings: string[],
): Promise<void> {
  const unknown: { readonly need: PodNeed; readonly why: string }[] = [];
  const answers = await Promise.all(
    needs.map(async (need) => {
      try {
        return { need, there: await isThere(cluster, need) };
      } catch (error) {
        if (!(error instanceof NotAllowed)) throw error;
        unknown.push({ need, why: error.message });
        return { need, there: true };
      }
    }),
  );
  for (const { need } of answers.filter(({ there }) => !there)) {
    const problem = lackingProblem(need, where, called);
    if (isOptional(need)) warnings.push(renderProblem(problem));
    else problems.push(problem);
  }
  for (const { need, why } of unknown) {
    warnings.push(`whether ${called} has ${titleOfNeed(need)}, which the pods need, cannot be looked up: ${why}`);
  }
}

/** Of a Secret only the name is asked for. */
async function isThere(cluster: Pick<Cluster, "names" | "read">, need: PodNeed): Promise<boolean> {
  const { apiVersion, kind, name, namespace } = need;
  if (kind === "Secret") return (await cluster.names({ apiVersion, kind, namespace, name })).includes(name);
  const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  return (await cluster.read(reference)) !== undefined;
}
