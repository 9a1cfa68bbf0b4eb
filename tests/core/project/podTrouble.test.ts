import type { PersistentVolumeClaim, Pod } from "../../../core/kubernetes";
import { troublesOf, whyNotBound, whyNotReady } from "../../../core/project/podTrouble";

const pod = (status: Record<string, unknown>, metadata: object = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: "shop", ...metadata },
  status: status,
});

const claim = (
  spec: PersistentVolumeClaim["spec"],
  status: NonNullable<PersistentVolumeClaim["status"]>,
): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data-web-1", namespace: "shop" },
  spec,
  status,
});

test.each<[string, Pod, string | undefined]>([
  ["Ready", pod({ phase: "Running", conditions: [{ type: "Ready", status: "True" }] }), undefined],
  ["a job's pod that is done", pod({ phase: "Succeeded" }), undefined],
  [
    "no room on any node",
    pod({
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/3 nodes are available: 3 Insufficient cpu.",
        },
      ],
    }),
    "Pod shop/web-1 is Pending, not scheduled: 0/3 nodes are available: 3 Insufficient cpu.",
  ],
  [
    "an image that is not there",
    pod({
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "True" }],
      containerStatuses: [
        {
          name: "web",
          restartCount: 0,
          state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image\n"web:9"' } },
        },
      ],
    }),
    'Pod shop/web-1 is Pending: container web waits: ImagePullBackOff: Back-off pulling image "web:9"',
  ],
  [
    "a container that crashes",
    pod({
      phase: "Running",
      containerStatuses: [
        { name: "sidecar", restartCount: 0, state: { running: {} } },
        {
          name: "web",
          restartCount: 7,
          state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container=web" } },
          lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
        },
      ],
    }),
    "Pod shop/web-1 is Running: container web waits: CrashLoopBackOff: back-off 5m0s restarting failed container=web " +
      "(it last ended with exit code 137, OOMKilled), started again 7 times",
  ],
  [
    "an init container that failed",
    pod({
      phase: "Pending",
      initContainerStatuses: [
        { name: "init", restartCount: 1, state: { terminated: { exitCode: 2, reason: "Error" } } },
      ],
    }),
    "Pod shop/web-1 is Pending: container init ended with exit code 2, Error, started again 1 times",
  ],
  [
    "a probe that fails",
    pod({
      phase: "Running",
      conditions: [
        {
          type: "Ready",
          status: "False",
          reason: "ContainersNotReady",
          message: "containers with unready status: [web]",
        },
      ],
      containerStatuses: [{ name: "web", restartCount: 0, state: { running: {} } }],
    }),
    "Pod shop/web-1 is Running, and not Ready: containers with unready status: [web]",
  ],
  [
    "evicted",
    pod({ phase: "Failed", reason: "Evicted", message: "low on memory" }),
    "Pod shop/web-1 is Failed, and not Ready: low on memory",
  ],
  [
    "on its way out",
    pod({ phase: "Running" }, { deletionTimestamp: "2026-01-02T03:04:05Z" }),
    "Pod shop/web-1 is being deleted since 2026-01-02T03:04:05Z",
  ],
  ["without a word", pod({}), "Pod shop/web-1 is without a phase, and not Ready: nothing says why"],
])("a pod: %s", (_, given, expected) => {
  expect(whyNotReady(given)).toBe(expected);
});

test.each<[string, PersistentVolumeClaim, string | undefined]>([
  ["Bound", claim({}, { phase: "Bound" }), undefined],
  ["Pending", claim({ storageClassName: "fast" }, { phase: "Pending" }), "it waits for a volume of the class fast"],
  [
    "Pending without a class",
    claim({ storageClassName: "" }, { phase: "Pending" }),
    "it waits for a volume of no class",
  ],
  ["Lost", claim({ volumeName: "disk-1" }, { phase: "Lost" }), "it is for the volume disk-1"],
])("a claim: %s", (_, given, expected) => {
  const said = whyNotBound(given);
  if (expected === undefined) expect(said).toBeUndefined();
  else expect(said).toBe(`PersistentVolumeClaim shop/data-web-1 is ${given.status?.phase ?? ""}: ${expected}`);
});

test("of a set: pods first, then claims; what is well says nothing", () => {
  const ready = pod({ phase: "Running", conditions: [{ type: "Ready", status: "True" }] });
  expect(troublesOf([ready, pod({})], [claim({}, { phase: "Bound" }), claim({}, { phase: "Pending" })])).toHaveLength(
    2,
  );
});
