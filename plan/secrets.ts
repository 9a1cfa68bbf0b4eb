import { changedSecret, changedWarnings, notInAStep, notWrittenAgain } from "../core/adopt/secretValues";
import { indexInSet } from "../core/protocol/protocol";
import type { Problem } from "../core/userError";
import type { Cluster } from "../live/client/cluster";
import { readExisting } from "../live/namesake";
import type { CutoverArgs } from "./arguments";
import type { Records } from "./records";

/**
 * Looks for Secrets of the manifests with other values than those in the cluster: charts render new random ones each time.
 * One request for each Secret. An `up` that changes nothing else writes them, with a warning; a step does not, and neither
 * does a first `up` that is run again.
 */
export async function checkSecrets(
  { workload, cutoverIndex }: CutoverArgs,
  cluster: Cluster,
  { own, peer }: Records,
  problems: Problem[],
  warnings: string[],
): Promise<void> {
  const secrets = workload.belongings.filter(({ kind }) => kind === "Secret");
  const looked = await Promise.all(
    secrets.map(async (wanted) => {
      const live = await readExisting(cluster, wanted);
      return live && changedSecret(wanted, live);
    }),
  );
  const changed = looked.filter((one) => one !== undefined);
  if (own === undefined) {
    problems.push(...notWrittenAgain(changed));
    return;
  }
  const here = indexInSet(own, workload.range);
  if (here === cutoverIndex) {
    warnings.push(...changedWarnings(changed));
    return;
  }
  const there = peer === undefined || peer === "none" ? "" : `, the peer: ${peer.cutoverIndex}`;
  problems.push(...notInAStep(changed, `this half: ${here}${there}`));
}
