import type { Pod } from "../../../core/kubernetes";
import { hasStopped } from "../../../core/protections/stopped";

const terminated = { terminated: { exitCode: 0 } };
const running = { running: { startedAt: "2026-01-01T00:00:00Z" } };

/** The last object of a pod of every kind of container, as a kubelet leaves it. */
function lastObject(change: Partial<NonNullable<Pod["status"]>> = {}, metadata: object = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-5", namespace: "shop", deletionTimestamp: "2026-01-01T00:00:30Z", ...metadata },
    spec: {
      containers: [{ name: "web" }, { name: "metrics" }],
      initContainers: [{ name: "prepare" }, { name: "sidecar", restartPolicy: "Always" }],
      ephemeralContainers: [{ name: "debug" }],
    },
    status: {
      phase: "Failed",
      conditions: [],
      containerStatuses: [
        { name: "web", state: terminated },
        { name: "metrics", state: terminated },
      ],
      initContainerStatuses: [
        { name: "prepare", state: terminated },
        { name: "sidecar", state: terminated },
      ],
      ephemeralContainerStatuses: [{ name: "debug", state: terminated }],
      ...change,
    },
  };
}

test("a pod that its kubelet has stopped", () => {
  expect(hasStopped(lastObject())).toBe(true);
  expect(hasStopped(lastObject({ phase: "Succeeded" }))).toBe(true);
});

test.each<[string, Partial<NonNullable<Pod["status"]>>]>([
  ["deleted by force", { phase: "Running", containerStatuses: [{ name: "web", state: running }] }],
  [
    "one container runs",
    {
      containerStatuses: [
        { name: "web", state: terminated },
        { name: "metrics", state: running },
      ],
    },
  ],
  ["of one nothing is said", { containerStatuses: [{ name: "web", state: terminated }] }],
  [
    "one waits to be started again",
    {
      containerStatuses: [
        { name: "web", state: { waiting: {} } },
        { name: "metrics", state: terminated },
      ],
    },
  ],
  [
    "a sidecar runs",
    {
      initContainerStatuses: [
        { name: "prepare", state: terminated },
        { name: "sidecar", state: running },
      ],
    },
  ],
  ["an ephemeral container runs", { ephemeralContainerStatuses: [{ name: "debug", state: running }] }],
  ["its containers have crashed, and start again", { phase: "Running" }],
  [
    "the garbage collector gave its node up",
    { conditions: [{ type: "DisruptionTarget", status: "True", reason: "DeletionByPodGC" }] },
  ],
  ["nothing is said of any", { containerStatuses: [] }],
])("one that may still run: %s", (_, status) => {
  expect(hasStopped(lastObject(status))).toBe(false);
});

test("one that nobody had asked to go", () => {
  expect(hasStopped(lastObject({}, { deletionTimestamp: undefined }))).toBe(false);
});

test("one that was evicted before it was deleted has stopped", () => {
  const conditions = [{ type: "DisruptionTarget", status: "True", reason: "TerminationByKubelet" }];
  expect(hasStopped(lastObject({ conditions }))).toBe(true);
});
