import type { ContainerStatus, Pod } from "../kubernetes";

/**
 * Whether a pod has stopped, by the last word of its kubelet: the object as it was when it was deleted.
 *
 * A kubelet that stops a pod on its way out says so before it lets the object go: every container is `terminated`, and the
 * phase is one from which no container starts again (since Kubernetes 1.27; source: Pod Lifecycle, "Pod phase"). A pod that
 * was deleted by force goes as it was, with containers that run. The garbage collector of pods writes a phase too, for a node
 * that it holds for lost, and marks it (`DisruptionTarget`, reason `DeletionByPodGC`): that is no kubelet's word.
 *
 * @param last the object that the DELETED event of a watch brought.
 */
export function hasStopped({ metadata, spec = {}, status = {} }: Pod): boolean {
  const { phase, conditions = [] } = status;
  const byKubelet = !conditions.some(({ type, reason }) => type === "DisruptionTarget" && reason === "DeletionByPodGC");
  return (
    metadata.deletionTimestamp !== undefined &&
    byKubelet &&
    (phase === "Succeeded" || phase === "Failed") &&
    haveTerminated(spec.containers, status.containerStatuses) &&
    haveTerminated(spec.initContainers, status.initContainerStatuses) &&
    haveTerminated(spec.ephemeralContainers, status.ephemeralContainerStatuses)
  );
}

function haveTerminated(
  containers: readonly { readonly name: string }[] = [],
  statuses: readonly ContainerStatus[] = [],
): boolean {
  const terminated = new Set(statuses.filter(({ state }) => state?.terminated !== undefined).map(({ name }) => name));
  return containers.every(({ name }) => terminated.has(name)) && terminated.size === statuses.length;
}
