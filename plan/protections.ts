import type { FencedPod } from "../core/contract/record";
import { UserError } from "../core/userError";
import { Unreachable } from "../live/client/cluster";
import { objectionsOfPeer } from "../live/guard";
import type { GuardedSet } from "../live/guard";

/**
 * The look at the live peer, so that an `up` that it would stop changes nothing, and a preview says so. The guard looks
 * again, immediately before the write.
 */
export async function askPeer(guard: GuardedSet, preview: boolean, warnings: string[]): Promise<void> {
  try {
    const objections = await objectionsOfPeer(guard);
    if (objections.length === 0) return;
    if (!preview) throw new UserError(objections);
    warnings.push(`not this half's turn yet: ${new UserError(objections).message}`);
  } catch (error) {
    if (!(error instanceof Unreachable) || !preview) throw error;
    warnings.push(
      `the peer cannot be looked at through peerContext, and an up that claims would be refused (${error.message})`,
    );
  }
}

/** What config vouches for in this `up`; says so, since it overrules what the cluster tells. */
export function fencedPods({ leaving, fenced }: GuardedSet, warnings: string[]): FencedPod[] {
  const used = leaving.filter(({ id }) => fenced.includes(id));
  for (const { name, id, node } of used) {
    const where = node === undefined ? "" : `, on node ${node},`;
    warnings.push(`pod ${name} (${id})${where} counts as stopped because fenced says so: nothing else vouches for it`);
  }
  for (const id of fenced.filter((each) => used.every((pod) => pod.id !== each))) {
    warnings.push(`fenced names ${id}, and no pod of that uid leaves now: remove it once its step is over`);
  }
  return used.map(({ name, id, node }) => ({ pod: name, uid: id, ...(node === undefined ? {} : { node }) }));
}
