import { ordinalsText, peerOf } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import { claimsOf } from "../../core/finish/claims";
import type { GivenBack, LeftClaim } from "../../core/finish/claims";
import type { FinishStage } from "../../core/finish/finish";
import type { FinishLook } from "../../core/finish/proof";
import { plainName } from "../walkInput";
import type { FinishInput } from "./input";

/** What is known when the stages are said. */
interface About {
  readonly input: FinishInput;
  readonly holder: Side;
  readonly left: readonly LeftClaim[];
  readonly given: readonly GivenBack[];
  /** The cutover index at which the move ends. */
  readonly index: number;
}

/** What a stage does, in one sentence. */
export function stageWords(stage: FinishStage, { input, holder, left, given }: About): string {
  const other = peerOf(holder);
  const [kept, gone] = [input.halves[holder].stack, input.halves[other].stack];
  switch (stage) {
    case "end": {
      const set = input.halves[holder].ended ? "" : `pulumi config set peerStack none -s ${kept}, and `;
      return `${set}pulumi up -s ${kept}: the ${holder} is a StatefulSet of its own from then on, without a range lock`;
    }
    case "removeClaims": {
      const [claims, volumes] = [left.filter(({ claim }) => claim), left.filter(({ volume }) => volume)];
      const what = `${counted(claims.length, "claim")} and ${counted(volumes.length, "PersistentVolume")}`;
      return `delete ${what} in the ${other}, all Retain: their disks are in use in the ${holder} and stay`;
    }
    case "destroy":
      return `pulumi destroy -s ${gone}: the empty set, what belongs to it, and its range lock; the namespace stays`;
    case "policies": {
      const policies = [...new Set(given.map(({ policy }) => policy))].join(", ");
      return `give ${counted(given.length, "PersistentVolume")} in the ${holder} the earlier reclaim policy back: ${policies}`;
    }
    case "removeStack":
      return `pulumi stack rm ${gone}: the stack with nothing in it, and Pulumi.${plainName(gone)}.yaml`;
  }
}

/**
 * What is left at the end, a sentence each.
 *
 * @param there the cluster of the half that goes; undefined: it is not looked at any more.
 */
export function staysWords(
  { input, holder, index }: About,
  there: FinishLook | undefined,
  removesClaims: boolean,
): string[] {
  const { set, claimed, carried, halves } = input;
  const other = peerOf(holder);
  const claims = there === undefined || removesClaims ? 0 : claimsOf(claimed, there).length;
  return [
    `in the ${holder}: the set with ${ordinalsText(set)}; keep cutoverIndex ${index} and peerStack none in the config of stack ${halves[holder].stack}`,
    ...(there?.hasNamespace === true
      ? [`in the ${other}: the namespace ${set.namespace}, and what others have in it`]
      : []),
    ...(claims > 0
      ? [`in the ${other}: ${counted(claims, "claim")} of the set with their PersistentVolumes, for the same disks`]
      : []),
    ...(carried.length > 0 ? [`in the ${other}: what was carried (${carried.join(", ")})`] : []),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
