import { claim, file, podTemplate, problemsIn, service, set } from "../manifest";
import type { Draft } from "../manifest";

const theSet = "web.yaml, document 1 (StatefulSet web)";

describe("StatefulSets", () => {
  test("none", () => {
    expect(problemsIn(file(service()))).toStrictEqual([
      "manifests has no StatefulSet; legal: exactly one. Add the file that holds it",
    ]);
  });

  test("two", () => {
    expect(problemsIn(file(set(), set({}, { name: "db" })))).toStrictEqual([
      "manifests has 2 StatefulSets: web.yaml, document 1 (StatefulSet web); web.yaml, document 2 (StatefulSet db); legal: " +
        "exactly one. Move one at a time, each with a project of its own: leaveOut: [StatefulSet/db] to move web, leaveOut: " +
        "[StatefulSet/web] to move db",
    ]);
  });

  test.each([
    ["apps/v1beta1", "Change it: the API server serves the same set as apps/v1"],
    ["apps/v1beta2", "Change it: the API server serves the same set as apps/v1"],
    ["apps.kruise.io/v1beta1", "Only Kubernetes' own StatefulSets can be moved"],
  ])("of %s", (apiVersion, todo) => {
    expect(problemsIn(file({ ...set(), apiVersion }))).toStrictEqual([
      `${theSet}: apiVersion has no start ordinal (spec.ordinals), without which a set cannot be cut (received "${apiVersion}"); legal: apps/v1. ${todo}`,
    ]);
  });

  test("of an operator", () => {
    const ownerReferences = [{ kind: "RedisCluster", name: "shop", controller: true }];
    expect(problemsIn(file(set({}, { ownerReferences })))).toStrictEqual([
      `${theSet} is owned by RedisCluster shop: its operator would undo each step, and would act in both clusters. Move it ` +
        "by the operator's own means, or take it away from the operator first",
    ]);
  });

  const fields: readonly (readonly [title: string, spec: Draft, message: string])[] = [
    [
      "a serviceName that is no text",
      { serviceName: 7 },
      "serviceName is not valid (received 7); legal: the name of the set's headless Service. Correct it",
    ],
    [
      "no replicas to move",
      { replicas: 0 },
      "replicas is 0: there is nothing to move. Give the number of pods of the whole set",
    ],
    [
      "negative replicas",
      { replicas: -1 },
      "replicas is out of range (received -1); legal: an integer from 1 to 10000. Correct it",
    ],
    [
      "half a replica",
      { replicas: 1.5 },
      "replicas is not an integer (received 1.5); legal: an integer from 1 to 10000. Correct it",
    ],
    [
      "replicas as text",
      { replicas: "3" },
      'replicas is not an integer (received "3"); legal: an integer from 1 to 10000. Write the number, without quotes',
    ],
    [
      "too many replicas",
      { replicas: 10001 },
      "replicas is out of range (received 10001); legal: an integer from 1 to 10000. Correct it",
    ],
    [
      "a negative start",
      { ordinals: { start: -1 } },
      "ordinals.start is out of range (received -1); legal: an integer from 0 to 999989999. Correct it",
    ],
    [
      "a start that does not fit the annotation",
      { ordinals: { start: 999989999 + 1 } },
      "ordinals.start is out of range (received 999990000); legal: an integer from 0 to 999989999. Correct it",
    ],
    [
      "no selector",
      { selector: undefined },
      "selector.matchLabels is missing; legal: the labels of the set's pods. Add it",
    ],
    [
      "an empty selector",
      { selector: { matchLabels: {} } },
      "selector.matchLabels is not valid; legal: the labels of the set's pods. Correct it",
    ],
    [
      "a selector that the pods do not match",
      { selector: { matchLabels: { app: "web", tier: "a" } } },
      "template.metadata.labels does not have tier: a, which spec.selector.matchLabels asks for. Give the pod template the " +
        "labels of the selector",
    ],
    [
      "no pod spec",
      { template: { metadata: { labels: { app: "web" } } } },
      "template.spec is missing; legal: the spec of a pod. Add it",
    ],
    [
      "no containers",
      { template: podTemplate({ containers: undefined }) },
      "template.spec.containers is missing; legal: a list with at least one container. Add it",
    ],
    [
      "an empty list of containers",
      { template: podTemplate({ containers: [] }) },
      "template.spec.containers is not valid (received []); legal: a list with at least one container. Correct it",
    ],
    [
      "a container without image",
      { template: podTemplate({}, { image: undefined }) },
      "template.spec.containers[0].image is missing; legal: text. Add it",
    ],
    [
      "an init container without name",
      { template: podTemplate({ initContainers: [{ image: "a", name: 5 }] }) },
      "template.spec.initContainers[0].name is not valid (received 5); legal: text. Correct it",
    ],
    [
      "an environment variable without name",
      { template: podTemplate({}, { env: [{ value: "a" }] }) },
      "template.spec.containers[0].env[0].name is missing. Add it",
    ],
    [
      "an environment variable that is a number, which is not shown",
      { template: podTemplate({}, { env: [{ name: "PIN", value: 4711 }] }) },
      "template.spec.containers[0].env[0].value of PIN is not text, but a number. Put it in quotes",
    ],
    [
      "an environment variable given twice, and used in between",
      {
        template: podTemplate(
          {},
          {
            env: [
              { name: "A", value: "1" },
              { name: "A", value: "$(A)2" },
            ],
          },
        ),
      },
      "template.spec.containers[0].env has A more than once, and $(A) in between stands for an earlier one. Give the earlier " +
        "A another name",
    ],
    [
      "a container given twice",
      {
        template: podTemplate({
          containers: [
            { name: "a", image: "a" },
            { name: "a", image: "b" },
          ],
        }),
      },
      "template.spec.containers[1] has the same name as an entry before it: a. Remove one",
    ],
    [
      "a port given twice, once by default",
      {
        template: podTemplate(
          {},
          {
            ports: [
              { containerPort: 53 },
              { containerPort: 53, protocol: "UDP" },
              { containerPort: 53, protocol: "TCP" },
            ],
          },
        ),
      },
      "template.spec.containers[0].ports[2] has the same containerPort and protocol as an entry before it: 53/TCP. Remove one",
    ],
    [
      "a mount given twice",
      {
        template: podTemplate(
          {
            volumes: [
              { name: "a", emptyDir: {} },
              { name: "b", emptyDir: {} },
            ],
          },
          {
            volumeMounts: [
              { name: "a", mountPath: "/a" },
              { name: "b", mountPath: "/a" },
            ],
          },
        ),
      },
      "template.spec.containers[0].volumeMounts[1] has the same mountPath as an entry before it: /a. Remove one",
    ],
    [
      "a volume given twice",
      { template: podTemplate({ volumes: [{ name: "a" }, { name: "a" }] }) },
      "template.spec.volumes[1] has the same name as an entry before it: a. Remove one",
    ],
    [
      "an unknown policy for pods",
      { podManagementPolicy: "Serial" },
      'podManagementPolicy is not valid (received "Serial"); legal: OrderedReady or Parallel. Correct it',
    ],
    [
      "an unknown strategy",
      { updateStrategy: { type: "Recreate" } },
      'updateStrategy.type is not valid (received "Recreate"); legal: RollingUpdate or OnDelete. Correct it',
    ],
    [
      "a partition that is no number",
      { updateStrategy: { rollingUpdate: { partition: "50%" } } },
      'updateStrategy.rollingUpdate.partition is not valid (received "50%"); legal: an integer from 0. Correct it',
    ],
    [
      "whenScaled: Delete",
      { persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" } },
      "persistentVolumeClaimRetentionPolicy.whenScaled is Delete, which deletes the claims of each ordinal that leaves a " +
        "cluster, and with them its data; legal: Retain. Change it on the running set first",
    ],
    [
      "whenDeleted: Delete",
      { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } },
      "persistentVolumeClaimRetentionPolicy.whenDeleted is Delete, which deletes all claims with the set, and with them their " +
        "data; legal: Retain. Change it on the running set first",
    ],
    [
      "an unknown retention policy",
      { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Keep" } },
      'persistentVolumeClaimRetentionPolicy.whenDeleted is not valid (received "Keep"); legal: Retain. Correct it',
    ],
    [
      "claim templates that are no list",
      { volumeClaimTemplates: {} },
      "volumeClaimTemplates is not valid; legal: a list of claim templates. Correct it",
    ],
    [
      "a claim template without name",
      { volumeClaimTemplates: [claim({}, { name: undefined })] },
      "volumeClaimTemplates[0].metadata.name is missing; legal: at most 63 lower case letters, digits and -. Add it",
    ],
    [
      "a claim template given twice",
      { volumeClaimTemplates: [claim(), claim()] },
      "volumeClaimTemplates[1].metadata.name is given twice: data. Give each claim template its own name",
    ],
    [
      "a claim template without access modes",
      { volumeClaimTemplates: [claim({ accessModes: undefined })] },
      "volumeClaimTemplates[0].spec.accessModes is missing; legal: a list of ReadWriteOnce, ReadWriteOncePod, ReadWriteMany, ReadOnlyMany. Add it",
    ],
    [
      "a claim template with an unknown access mode",
      { volumeClaimTemplates: [claim({ accessModes: ["RWO"] })] },
      'volumeClaimTemplates[0].spec.accessModes is not valid (received ["RWO"]); legal: a list of ReadWriteOnce, ReadWriteOncePod, ReadWriteMany, ReadOnlyMany. Correct it',
    ],
    [
      "a claim template without size",
      { volumeClaimTemplates: [claim({ resources: {} })] },
      "volumeClaimTemplates[0].spec.resources.requests.storage is missing; legal: a size such as 10Gi. Add it",
    ],
    [
      "a claim template of an unknown size",
      { volumeClaimTemplates: [claim({ resources: { requests: { storage: "10 GB" } } })] },
      'volumeClaimTemplates[0].spec.resources.requests.storage is not valid (received "10 GB"); legal: a size such as 10Gi. Correct it',
    ],
    [
      "a size that the API server rounds up",
      { volumeClaimTemplates: [claim({ resources: { requests: { storage: "1u" } } })] },
      'volumeClaimTemplates[0].spec.resources.requests.storage is finer than the API server keeps sizes, which rounds it up (received "1u"); legal: 1m. Write whole bytes',
    ],
    [
      "a size that is too large for the API server",
      { volumeClaimTemplates: [claim({ resources: { requests: { storage: "9Ei" } } })] },
      'volumeClaimTemplates[0].spec.resources.requests.storage is more than a size can be (received "9Ei"); legal: at most 9223372036854775807 bytes. Correct it',
    ],
    [
      "no size at all",
      { volumeClaimTemplates: [claim({ resources: { requests: { storage: "0" } } })] },
      'volumeClaimTemplates[0].spec.resources.requests.storage is not valid (received "0"); legal: a size such as 10Gi. Correct it',
    ],
    [
      "a selector whose expressions the pods do not meet",
      { selector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] } },
      "template.metadata.labels are not what spec.selector.matchExpressions asks for. Give the pod template the labels of the selector",
    ],
    [
      "an operator that there is not",
      { selector: { matchExpressions: [{ key: "app", operator: "in", values: ["web"] }] } },
      'selector.matchExpressions[0].operator is not valid (received "in"); legal: In, NotIn, Exists, DoesNotExist. Correct it',
    ],
    [
      "an operator without its values",
      { selector: { matchExpressions: [{ key: "app", operator: "In" }] } },
      "selector.matchExpressions[0].values is empty, and In needs values. Add them",
    ],
    [
      "values for an operator that takes none",
      { selector: { matchExpressions: [{ key: "app", operator: "Exists", values: ["web"] }] } },
      "selector.matchExpressions[0].values is given, and Exists takes none. Remove it",
    ],
    [
      "a claim template with a class that is no text",
      { volumeClaimTemplates: [claim({ storageClassName: 5 })] },
      "volumeClaimTemplates[0].spec.storageClassName is not valid (received 5); legal: the name of a storage class. Correct it",
    ],
    [
      "a claim template with Pulumi's annotations",
      { volumeClaimTemplates: [claim({}, { annotations: { "pulumi.com/skipAwait": "true" } })] },
      "volumeClaimTemplates[0].metadata.annotations has pulumi.com/skipAwait: it gives orders to Pulumi and could switch off " +
        "what a step is checked by. Remove it",
    ],
    [
      "a claim template with this program's annotations",
      { volumeClaimTemplates: [claim({}, { annotations: { "statefulset-cutover/keep-data": "4" } })] },
      "volumeClaimTemplates[0].metadata.annotations has statefulset-cutover/keep-data, which every claim of the set would get. " +
        "Remove it: it is written on single claims",
    ],
    [
      "a label of the pods that is no text",
      { template: { ...podTemplate({}), metadata: { labels: { app: "web", canary: true } } } },
      "template.metadata.labels has canary, whose value is not text, but a boolean. Put it in quotes",
    ],
  ];

  test.each(fields)("%s", (_, spec, message) => {
    expect(problemsIn(file(set(spec)))).toStrictEqual([`${theSet}: spec.${message}`]);
  });

  test("maps in the wrong place are not shown: they may hold a password", () => {
    const containers = { name: "a", image: "a", env: [{ name: "PASSWORD", value: "hunter2" }] };
    expect(problemsIn(file(set({ template: podTemplate({ containers }) })))).toStrictEqual([
      `${theSet}: spec.template.spec.containers is no list; legal: a list. Correct it`,
    ]);
    expect(problemsIn(file({ ...set(), spec: [containers] }))).toStrictEqual([
      `${theSet}: spec is not valid; legal: the spec of a StatefulSet. Correct it`,
    ]);
  });

  test("no spec", () => {
    expect(problemsIn(file({ ...set(), spec: undefined }))).toStrictEqual([
      `${theSet}: spec is missing; legal: the spec of a StatefulSet. Add it`,
    ]);
  });

  test.each([
    [
      "metadata.name",
      { name: "Web_1" },
      "StatefulSet Web_1",
      'received "Web_1"); legal: lower case letters, digits and -, since pods are named by it. Correct it',
    ],
    [
      "metadata.namespace",
      { namespace: "a.b" },
      "StatefulSet web",
      'received "a.b"); legal: at most 63 lower case letters, digits and -. Correct it',
    ],
  ])("a wrong %s", (path, metadata, title, message) => {
    expect(problemsIn(file(set({}, metadata)))).toStrictEqual([
      `web.yaml, document 1 (${title}): ${path} is not valid (${message}`,
    ]);
  });

  test.each([
    ["1000 replicas from 1 on", { replicas: 1000, ordinals: { start: 1 } }],
    ["no claim templates", { volumeClaimTemplates: undefined }],
    ["a partition", { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } }],
    ["Parallel and OnDelete", { podManagementPolicy: "Parallel", updateStrategy: { type: "OnDelete" } }],
    ["a selector of expressions", { selector: { matchExpressions: [{ key: "app", operator: "Exists" }] } }],
    ["Retain", { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" } }],
    ["a size in bytes", { volumeClaimTemplates: [claim({ resources: { requests: { storage: 1073741824 } } })] }],
    [
      "a size in its shortest form",
      { volumeClaimTemplates: [claim({ resources: { requests: { storage: "1536Gi" } } })] },
    ],
    [
      "Pulumi's annotations on pods, where they say nothing",
      {
        template: {
          ...podTemplate({}),
          metadata: { labels: { app: "web" }, annotations: { "pulumi.com/skipAwait": "true" } },
        },
      },
    ],
  ])("%s: nothing wrong", (_, spec) => {
    expect(problemsIn(file(set(spec)))).toStrictEqual([]);
  });
});
