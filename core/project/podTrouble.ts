import { field, listAt } from "../json";
import { isReady, titleOf } from "../kubernetes";
import type { KubernetesObject, PersistentVolumeClaim, Pod } from "../kubernetes";

/**
 * Why a pod is not Ready, in the words of whoever holds it up: the scheduler, the kubelet or a container. Undefined if it
 * is Ready, or has come to its end.
 */
export function whyNotReady(pod: Pod): string | undefined {
  if (isReady(pod) || pod.status?.phase === "Succeeded") return undefined;
  const title = titleOf(pod);
  if (pod.metadata.deletionTimestamp !== undefined)
    return `${title} is being deleted since ${pod.metadata.deletionTimestamp}`;
  const phase = pod.status?.phase ?? "without a phase";
  const unscheduled = condition(pod, "PodScheduled");
  if (unscheduled !== undefined) return `${title} is ${phase}, not scheduled: ${unscheduled}`;
  const containers = [
    ...listAt(pod.status, "initContainerStatuses"),
    ...listAt(pod.status, "containerStatuses"),
  ].flatMap(whyContainerWaits);
  if (containers.length > 0) return `${title} is ${phase}: ${containers.join("; ")}`;
  const said = text(field(pod.status, "message")) ?? text(field(pod.status, "reason"));
  return `${title} is ${phase}, and not Ready: ${said ?? condition(pod, "Ready") ?? "nothing says why"}`;
}

/** Why a claim is not Bound, as far as the claim itself says; undefined if it is. */
export function whyNotBound(claim: PersistentVolumeClaim): string | undefined {
  if (claim.status?.phase === "Bound") return undefined;
  const { storageClassName, volumeName } = claim.spec;
  const wants =
    volumeName !== undefined && volumeName !== ""
      ? `it is for the volume ${volumeName}`
      : `it waits for a volume of ${storageClassName === undefined || storageClassName === "" ? "no class" : `the class ${storageClassName}`}`;
  const said = listAt(claim.status, "conditions")
    .map((each) => text(field(each, "message")))
    .filter((each) => each !== undefined);
  return `${titleOf(claim)} is ${claim.status?.phase ?? "without a phase"}: ${[wants, ...said].join("; ")}`;
}

/** What is wrong with the pods and claims of a set, a line each, in the words of the cluster. */
export function troublesOf(pods: readonly Pod[], claims: readonly PersistentVolumeClaim[]): string[] {
  return [...pods.map(whyNotReady), ...claims.map(whyNotBound)].filter((line) => line !== undefined);
}

/** What a condition that is not met says. */
function condition(pod: KubernetesObject, type: string): string | undefined {
  const found = listAt(pod.status, "conditions").find((each) => field(each, "type") === type);
  if (found === undefined || field(found, "status") === "True") return undefined;
  return text(field(found, "message")) ?? text(field(found, "reason"));
}

/** A container that does not run, or runs and is not ready, a clause. */
function whyContainerWaits(status: unknown): string[] {
  const name = String(field(status, "name"));
  const waiting = field(field(status, "state"), "waiting");
  const ended = field(field(status, "state"), "terminated");
  const last = field(field(status, "lastState"), "terminated");
  const restarts = Number(field(status, "restartCount") ?? 0);
  const again = restarts > 0 ? `, started again ${restarts} times` : "";
  if (waiting !== undefined) {
    const before = last === undefined ? "" : ` (it last ended with ${endOf(last)})`;
    return [`container ${name} waits: ${both(waiting)}${before}${again}`];
  }
  if (ended !== undefined && Number(field(ended, "exitCode") ?? 0) !== 0)
    return [`container ${name} ended with ${endOf(ended)}${again}`];
  return [];
}

function endOf(terminated: unknown): string {
  const reason = text(field(terminated, "reason"));
  return `exit code ${String(field(terminated, "exitCode"))}${reason === undefined ? "" : `, ${reason}`}`;
}

/** Reason and message of a state. */
function both(state: unknown): string {
  const [reason, message] = [text(field(state, "reason")), text(field(state, "message"))];
  return [reason, message].filter((each) => each !== undefined).join(": ") || "no reason is given";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim().replace(/\s+/g, " ") : undefined;
}
