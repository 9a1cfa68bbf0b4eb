import { peerOf } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import { titleOf } from "../../core/kubernetes";
import type { KubernetesObject, PersistentVolume } from "../../core/kubernetes";
import { leftClaims, policiesOf } from "../../core/finish/claims";
import type { FinishStage } from "../../core/finish/finish";
import type { FinishLook } from "../../core/finish/proof";
import { rangeLockApi } from "../../core/protections/rangeLock";
import { UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import type { TidiedCluster } from "../../live/finish/tidy";
import { isLocked } from "../ups";
import type { FinishInput, FinishOptions } from "./input";
import type { FinishListener, FinishPorts } from "./report";

/** What was seen of both clusters. `there`: undefined where that half has been destroyed already. */
export interface Looks {
  readonly here: FinishLook;
  readonly there: FinishLook | undefined;
}

/** An end of a move on its way. */
export interface Finishing {
  readonly input: FinishInput;
  /** The half that stays. */
  readonly holder: Side;
  readonly options: FinishOptions;
  readonly ports: FinishPorts;
  readonly listener: FinishListener;
  /** The cluster of the half that stays, and that of the other one. */
  readonly clusters: { readonly here: TidiedCluster; readonly there: TidiedCluster | undefined };
}

/** Longest wait for an object that was deleted. */
const goneWithinMs = 60_000;
const pauseMs = 500;

/**
 * Does one stage. Whatever of it is done already is left alone.
 *
 * @param looks looks at both clusters as they are now.
 * @throws UserError that says what is in the way.
 */
export async function runStage(stage: FinishStage, finishing: Finishing, looks: () => Promise<Looks>): Promise<void> {
  const { input, holder } = finishing;
  const [kept, gone] = [input.halves[holder], input.halves[peerOf(holder)]];
  switch (stage) {
    case "end":
      await looks();
      if (!kept.ended) await pulumi(finishing, ["config", "set", "peerStack", "none", "-s", kept.stack]);
      await pulumi(finishing, ["up", "-s", kept.stack, "--yes", "--skip-preview", "--suppress-progress"]);
      await withoutRangeLock(holder, kept.stack, (await looks()).here);
      return;
    case "removeClaims":
      await removeClaims(finishing, await looks());
      return;
    case "destroy": {
      await looks();
      await pulumi(finishing, ["destroy", "-s", gone.stack, "--yes", "--skip-preview", "--suppress-progress"]);
      const { there } = await looks();
      if (there !== undefined) await withoutRangeLock(peerOf(holder), gone.stack, there);
      return;
    }
    case "policies": {
      const { here } = await looks();
      for (const given of policiesOf(input.claimed, here)) {
        await finishing.clusters.here.giveBack(given);
        finishing.listener.progress?.(`PersistentVolume ${given.volume.metadata.name} is ${given.policy} again`);
      }
      return;
    }
    case "removeStack":
      await pulumi(finishing, ["stack", "rm", gone.stack, "--yes"]);
      return;
  }
}

/** A command of Pulumi's. @throws UserError if it fails. */
async function pulumi({ ports, listener }: Finishing, args: readonly string[]): Promise<void> {
  const { code, output } = await ports.pulumi.run(args, listener.output);
  if (code === 0) return;
  const flags = new Set(["--yes", "--skip-preview", "--suppress-progress"]);
  const where = `pulumi ${args.filter((arg) => !flags.has(arg)).join(" ")}`;
  if (!isLocked(output)) {
    throw new UserError([
      { where, what: "failed", todo: "Do what it says above. Then run the same again: it goes on" },
    ]);
  }
  const stack = args[args.indexOf("-s") + 1] ?? "";
  const todo = `Wait until it ends and run the same again. If it is dead (see above who made the lock): pulumi cancel -s ${stack}, then the same again`;
  throw new UserError([{ where, what: "was not run: another run has locked the stack", todo }]);
}

/** The range lock went with the `up` or the destroy before. */
function withoutRangeLock(side: Side, stack: string, { rangeLock }: FinishLook): Promise<void> {
  if (rangeLock.length === 0) return Promise.resolve();
  const problems = rangeLock.map((object): Problem => {
    const kind = object.kind.toLowerCase();
    const todo = `It is not in the state of stack ${stack} any more: kubectl delete ${kind} ${object.metadata.name} (${rangeLockApi}), then run this again`;
    return { where: `${titleOf(object)} in the ${side}`, what: "is still there", todo };
  });
  return Promise.reject(new UserError(problems));
}

/** Claim by claim, each with its volume, so that a run that is killed leaves whole pairs, or a volume that it finds again. */
async function removeClaims({ input, clusters, listener }: Finishing, { here, there }: Looks): Promise<void> {
  const cluster = clusters.there;
  if (cluster === undefined || there === undefined) return;
  for (const { claim, volume } of leftClaims(input.claimed, here, there)) {
    for (const object of [claim, volume]) if (object !== undefined) await removed(cluster, object);
    const what = [claim, volume].filter((object) => object !== undefined).map(titleOf);
    listener.progress?.(`${what.join(" and ")}: gone`);
  }
}

/** Deletes an object that was judged, as it is now, and waits until it is gone. @throws UserError if it stays. */
async function removed({ look, remove }: TidiedCluster, judged: KubernetesObject): Promise<void> {
  const { apiVersion, kind, metadata } = judged;
  const { name, namespace, uid } = metadata;
  const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  let finalizers: unknown;
  for (let waitedMs = 0; waitedMs <= goneWithinMs; waitedMs += pauseMs) {
    const live = await look.read(reference);
    if (live === undefined) return;
    const policy =
      kind === "PersistentVolume" ? (live as PersistentVolume).spec.persistentVolumeReclaimPolicy : "Retain";
    if (live.metadata.uid !== uid || policy !== "Retain") {
      const what = `has changed since it was looked at (${policy === "Retain" ? "made again" : "not Retain any more"}), and stays`;
      throw new UserError([{ where: titleOf(judged), what, todo: "Find out who changed it, then run the same again" }]);
    }
    // Its controller changes a volume when its claim goes: not deleted then, but looked at and tried again.
    if (live.metadata.deletionTimestamp === undefined) await remove(live);
    else await look.wait(pauseMs);
    ({ finalizers } = live.metadata);
  }
  const kept = Array.isArray(finalizers) ? finalizers.join(", ") : "none";
  const what = `is still there ${goneWithinMs / 1_000} s after it was deleted (finalizers: ${kept})`;
  throw new UserError([{ where: titleOf(judged), what, todo: "See who keeps it, then run the same again" }]);
}
