import { file, object, problemsIn, service, set } from "./manifest";
import type { Draft } from "./manifest";

/** The one message, whose LEAVE stands for the advice; followed, it leaves nothing to refuse. */
function expectLeft(message: string, entry: string, ...documents: readonly Draft[]): void {
  const expected = message.replace("LEAVE", `Leave it out (leaveOut: [${entry}])`);
  expect(problemsIn(file(...documents))).toStrictEqual([expected]);
  expect(problemsIn(file(...documents), { leaveOut: [entry] })).toStrictEqual([]);
}

describe("what belongs to the set", () => {
  const runs =
    "would run in both clusters from the first up on: only the StatefulSet is moved, everything else is created in both. " +
    "LEAVE, and apply it by other means where it should act";
  const scales =
    "would scale the set in both clusters, and so undo the cut. LEAVE, and remove it in the source until the move is over";
  const reverts =
    "would bring its own copy of what it applies back, in both clusters, against each step of the move. LEAVE, and " +
    "suspend it in the source until the move is over";
  const ofOneCluster = "belongs to one cluster and is kept by it. LEAVE";

  test.each([
    ["v1", "Pod", runs],
    ["v1", "ReplicationController", runs],
    ["apps/v1", "Deployment", runs],
    ["apps/v1", "DaemonSet", runs],
    ["apps/v1", "ReplicaSet", runs],
    ["batch/v1", "Job", runs],
    ["batch/v1beta1", "CronJob", runs],
    ["keda.sh/v1alpha1", "ScaledJob", runs],
    ["argoproj.io/v1alpha1", "Rollout", runs],
    ["argoproj.io/v1alpha1", "Workflow", runs],
    ["argoproj.io/v1alpha1", "CronWorkflow", runs],
    ["apps.openshift.io/v1", "DeploymentConfig", runs],
    ["serving.knative.dev/v1", "Service", runs],
    ["autoscaling/v2", "HorizontalPodAutoscaler", scales],
    ["keda.sh/v1alpha1", "ScaledObject", scales],
    [
      "autoscaling.k8s.io/v1",
      "VerticalPodAutoscaler",
      "would evict pods in both clusters, each half judged on its own, in the middle of a step. LEAVE, and remove it in the " +
        "source until the move is over",
    ],
    ["argoproj.io/v1alpha1", "Application", reverts],
    ["helm.toolkit.fluxcd.io/v2", "HelmRelease", reverts],
    ["kustomize.toolkit.fluxcd.io/v1", "Kustomization", reverts],
    [
      "v1",
      "PersistentVolume",
      "would be created in both clusters past the hand-over, which alone makes sure that a volume is in use once. LEAVE: " +
        "the set's volumes are carried by the program",
    ],
    [
      "v1",
      "PersistentVolumeClaim",
      "would be created in both clusters, and in the destination on a new, empty volume. LEAVE: the set's own claims are " +
        "carried by the program; any other one must be made, and bound, by hand",
    ],
    ["apps/v1", "ControllerRevision", "is kept by the StatefulSet controller of each cluster. LEAVE"],
    ["v1", "Node", ofOneCluster],
    ["v1", "Event", ofOneCluster],
    ["events.k8s.io/v1", "Event", ofOneCluster],
    ["coordination.k8s.io/v1", "Lease", ofOneCluster],
    ["storage.k8s.io/v1", "VolumeAttachment", ofOneCluster],
  ])("%s %s is refused", (apiVersion, kind, message) => {
    expectLeft(`web.yaml, document 2 (${kind} a) ${message}`, `${kind}/a`, set(), object(apiVersion, kind, "a"));
  });

  test("a Pod that its owner made is refused once", () => {
    const metadata = { ownerReferences: [{ kind: "StatefulSet", name: "web", controller: true }] };
    const pod = object("v1", "Pod", "web-0", { metadata });
    expectLeft(`web.yaml, document 2 (Pod web-0) ${runs}`, "Pod/web-0", set(), pod);
  });

  test.each([
    ["example.org/v1", "Job"],
    ["v1", "ServiceAccount"],
    ["rbac.authorization.k8s.io/v1", "Role"],
    ["networking.k8s.io/v1", "NetworkPolicy"],
    ["networking.k8s.io/v1", "Ingress"],
    ["policy/v1", "PodDisruptionBudget"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
    ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
    ["v1", "Endpoints"],
  ])("%s %s is created in both", (apiVersion, kind) => {
    expect(problemsIn(file(set(), object(apiVersion, kind, "a")))).toStrictEqual([]);
  });

  test.each([
    [
      object("v1", "Secret", "t", { type: "kubernetes.io/service-account-token" }),
      "Secret t",
      "is a token of a ServiceAccount, which is worth nothing in another cluster. LEAVE: pods get tokens of their own cluster",
    ],
    [
      object("v1", "ConfigMap", "kube-root-ca.crt"),
      "ConfigMap kube-root-ca.crt",
      "is made by Kubernetes in every namespace. LEAVE",
    ],
    [
      object("v1", "ConfigMap", "c", {
        metadata: { ownerReferences: [{ kind: "Redis", name: "r", controller: true }] },
      }),
      "ConfigMap c",
      "is made by Redis r, which would make it in each cluster by itself. LEAVE",
    ],
    [
      service({}, { annotations: { "pulumi.com/skipAwait": "true" } }),
      "Service web",
      "metadata.annotations has pulumi.com/skipAwait: it gives orders to Pulumi and could switch off what a step is checked by. Remove it",
    ],
    [
      service({ ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] }),
      "Service web",
      "spec.ports[1] has the same port and protocol as an entry before it: 80/TCP. Remove one",
    ],
    [
      object("v1", "ConfigMap", "c", { data: { a: 1 } }),
      "ConfigMap c",
      "data has a, whose value is not text, but a number. Put it in quotes",
    ],
    [
      object("v1", "ConfigMap", "c", { metadata: { annotations: { a: ["b"] } } }),
      "ConfigMap c",
      "metadata.annotations has a, whose value is not text, but a list. Put it in quotes",
    ],
    [
      object("v1", "ConfigMap", "c", { metadata: { labels: "a" } }),
      "ConfigMap c",
      "metadata.labels is no map; legal: names and their values. Correct it",
    ],
    [object("v1", "Service", "a"), "Service a", "spec is missing; legal: the spec of a Service. Add it"],
    [
      object("v1", "Service", "a", { spec: "hunter2" }),
      "Service a",
      'spec is not valid (received "hunter2"); legal: the spec of a Service. Correct it',
    ],
    [service({ ports: { port: 80 } }), "Service web", "spec.ports is no list; legal: a list. Correct it"],
    [
      object("v1", "ConfigMap", "c", { data: ["hunter2"] }),
      "ConfigMap c",
      "data is no map, but a list; legal: names and their values. Correct it",
    ],
    [
      object("v1", "ConfigMap", "c", { binaryData: { a: "hunter2!" } }),
      "ConfigMap c",
      "binaryData has a, whose value is not base64. Encode it",
    ],
    [
      object("v1", "Secret", "s", { data: { a: "hunter2!", b: "aHVu\ndGVyMg==", c: "" } }),
      "Secret s",
      "data has a, whose value is not base64. Encode it, or put it into stringData as it is",
    ],
    [
      object("v1", "Secret", "s", { stringData: "hunter2" }),
      "Secret s",
      "stringData is no map, but a string; legal: names and their values. Correct it",
    ],
    [
      service({}, { namespace: "db" }),
      "Service web",
      'metadata.namespace is not the set\'s, which is shop: all of the manifests move into one namespace (received "db"). ' +
        "LEAVE, and apply it by other means, or put it into the set's namespace",
    ],
    [
      object("v1", "Namespace", "db"),
      "Namespace db",
      "is another namespace than the set's, which is shop. LEAVE, or give the StatefulSet metadata.namespace: db",
    ],
  ])("%#: %s", (draft, title, message) => {
    const separator = /^(metadata|spec|data|binaryData|stringData)/.test(message) ? ": " : " ";
    const expected = `web.yaml, document 2 (${title})${separator}${message}`;
    if (message.includes("LEAVE")) expectLeft(expected, title.replace(" ", "/"), set(), draft);
    else expect(problemsIn(file(set(), draft))).toStrictEqual([expected]);
  });

  test.each([
    object("v1", "Endpoints", "web"),
    object("discovery.k8s.io/v1", "EndpointSlice", "web-x7k2p", {
      metadata: { labels: { "kubernetes.io/service-name": "web" } },
    }),
  ])("%#: endpoints of a Service with a selector", (draft) => {
    const { kind, metadata } = draft as { kind: string; metadata: { name: string } };
    const message =
      `web.yaml, document 3 (${kind} ${metadata.name}) is kept by Kubernetes in each cluster, from the selector of the ` +
      "Service web. LEAVE";
    expectLeft(message, `${kind}/${metadata.name}`, set(), service(), draft);
  });

  test("a Secret's values are never shown", () => {
    const secret = object("v1", "Secret", "s", {
      data: { pin: 4711 },
      stringData: { list: ["hunter2"] },
      metadata: { annotations: { a: 4712 } },
    });
    expect(problemsIn(file(set(), secret))).toStrictEqual([
      "web.yaml, document 2 (Secret s): metadata.annotations has a, whose value is not text, but a number. Put it in quotes",
      "web.yaml, document 2 (Secret s): data has pin, whose value is not text, but a number. Put it in quotes",
      "web.yaml, document 2 (Secret s): stringData has list, whose value is not text, but a list. Put it in quotes",
    ]);
  });
});
