import type { NeedLook, PodNeed } from "../core/set/podNeeds";
import { NotAllowed } from "./client/cluster";
import type { Cluster } from "./client/cluster";

/** Looks up what the pods of a set need: one request each, whatever the size of the set. */
export function lookUpNeeds(cluster: Pick<Cluster, "names" | "read">, needs: readonly PodNeed[]): Promise<NeedLook[]> {
  return Promise.all(
    needs.map(async (need) => {
      try {
        return { need, there: await isThere(cluster, need) };
      } catch (error) {
        if (!(error instanceof NotAllowed)) throw error;
        return { need, there: true, unknown: error.message };
      }
    }),
  );
}

/** Of a Secret only the name is asked for. */
async function isThere(cluster: Pick<Cluster, "names" | "read">, need: PodNeed): Promise<boolean> {
  const { apiVersion, kind, name, namespace } = need;
  if (kind === "Secret") return (await cluster.names({ apiVersion, kind, namespace, name })).includes(name);
  const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  return (await cluster.read(reference)) !== undefined;
}
