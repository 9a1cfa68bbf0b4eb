import { at, listAt } from "../json";
import { titleOf } from "../kubernetes";
import type { KubernetesObject } from "../kubernetes";
import { whyMountedElsewhere } from "../volumes/handOver";
import { finder } from "./finding";
import type { Finding } from "./finding";
import { nextOrdinals, setTitle } from "./seen";
import type { Examined, SeenHalf } from "./seen";

/** Who else mounts the claims of ordinals that are to move: now, or by a job that is to come. */
export function checkMounts(half: SeenHalf, examined: Examined): Finding[] {
  const { side, seen, workload } = half;
  const find = finder("mounts", side);
  const name = workload.set.metadata.name;
  const next = nextOrdinals(examined);
  const going = (seen.claims ?? []).filter(({ ordinal }) => examined.moving.ordinals.includes(ordinal));
  const claims = new Set(going.map((found) => found.name));
  const mounted = going.flatMap((found) =>
    whyMountedElsewhere(name, [found], seen.pods ?? []).map((why) =>
      find(
        next.includes(found.ordinal) ? "critical" : "error",
        `claim ${found.name}`,
        `is in use beside the set: ${why}`,
        "Wait, or stop what started that pod until the move is over",
      ),
    ),
  );
  const jobs = seen.jobs.flatMap((job) => {
    const used = claimsOf(job).filter((claim) => claims.has(claim));
    // A Job's pods are seen by themselves; one that has come to its end makes none.
    const isOver = job.kind === "Job" && at(job, "status", "active") !== undefined;
    if (used.length === 0 || isOver || isFinished(job) || isOwned(job)) return [];
    const isSuspended = at(job, "spec", "suspend") === true;
    const kubectl = `kubectl -n ${workload.namespace}`;
    return [
      find(
        isSuspended ? "advice" : "error",
        titleOf(job),
        `mounts ${used.join(", ")}${isSuspended ? ", and is suspended" : ": it would hold the volume while its ordinal moves, or write to it after"}`,
        isSuspended
          ? "Leave it suspended until the move is over"
          : `Suspend it until the move is over: ${kubectl} patch ${job.kind.toLowerCase()} ${job.metadata.name} -p '{"spec":{"suspend":true}}'`,
      ),
    ];
  });
  const { annotations = {} } = seen.set?.spec.template.metadata ?? {};
  const velero = annotations["backup.velero.io/backup-volumes"];
  return [
    ...mounted,
    ...jobs,
    ...(velero === undefined
      ? []
      : [
          find(
            "warning",
            setTitle(examined),
            "is backed up by Velero through its pods (backup.velero.io/backup-volumes): a backup during a step finds a part of the set",
            "Pause its schedule in both clusters until the move is over: velero schedule pause",
          ),
        ]),
  ];
}

/** Names of the claims that a job's pods mount. */
function claimsOf(job: KubernetesObject): string[] {
  const template = job.kind === "CronJob" ? ["spec", "jobTemplate", "spec"] : ["spec"];
  return listAt(job, ...template, "template", "spec", "volumes")
    .map((volume) => at(volume, "persistentVolumeClaim", "claimName"))
    .filter((claim) => typeof claim === "string");
}

function isFinished(job: KubernetesObject): boolean {
  return listAt(job, "status", "conditions").some(
    (condition) => ["Complete", "Failed"].includes(String(at(condition, "type"))) && at(condition, "status") === "True",
  );
}

/** A Job that a CronJob made: told by the CronJob. */
function isOwned(job: KubernetesObject): boolean {
  return (
    job.kind === "Job" && listAt(job, "metadata", "ownerReferences").some((owner) => at(owner, "kind") === "CronJob")
  );
}
