import type { FencedPod } from "../../core/contract/record";
import { UserError } from "../../core/userError";
import type { Verdict } from "../../core/verdict";
import type { GuardedSet } from "../../live/guard";
import type { PeerAnswer } from "../seen";

/** What the live peer says to what is claimed. In a preview its turn may still come. */
export function judgePeer(answer: PeerAnswer, preview: boolean): Partial<Verdict> {
  if ("unreachable" in answer) {
    const warning = `the peer cannot be looked at through peerContext, and an up that claims would be refused (${answer.unreachable})`;
    return { warnings: [warning] };
  }
  const { problems, outOfTurn } = answer;
  if (problems.length === 0 || !preview || !outOfTurn) return { problems };
  return { warnings: [`not this half's turn yet: ${new UserError(problems).message}`] };
}

/** What config vouches for in this `up`; said, since it overrules what the cluster tells. */
export function vouchedPods({ leaving, fenced }: GuardedSet): Partial<Verdict> & { fenced: readonly FencedPod[] } {
  const used = leaving.filter(({ id }) => fenced.includes(id));
  const unused = fenced.filter((id) => used.every((pod) => pod.id !== id));
  return {
    fenced: used.map(({ name, id, node }) => ({ pod: name, uid: id, ...(node === undefined ? {} : { node }) })),
    warnings: [
      ...used.map(({ name, id, node }) => {
        const where = node === undefined ? "" : `, on node ${node},`;
        return `pod ${name} (${id})${where} counts as stopped because fenced says so: nothing else vouches for it`;
      }),
      ...unused.map((id) => `fenced names ${id}, and no pod of that uid leaves now: remove it once its step is over`),
    ],
  };
}
