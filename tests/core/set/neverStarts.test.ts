import { claim, file, podTemplate, problemsIn, service, set, workloadIn } from "../manifest";
import type { Draft } from "../manifest";

const container = "spec.template.spec.containers[0]";
const pods = (spec: Draft, fields: Draft = {}): Draft => ({ template: podTemplate(spec, fields) });
const mounted = (list: string, names: readonly unknown[]): Draft =>
  pods(
    {},
    {
      [list]: names.map((name, index) => ({
        name,
        [list === "volumeMounts" ? "mountPath" : "devicePath"]: `/${index}`,
      })),
    },
  );
const block = [claim({ volumeMode: "Block" })];

describe("what an API server or a kubelet never starts is refused", () => {
  const cases: readonly (readonly [title: string, spec: Draft, message: string])[] = [
    [
      "pods that are not started again",
      pods({ restartPolicy: "OnFailure" }),
      'spec.template.spec.restartPolicy is refused by the API server: containers of a StatefulSet are always started again (received "OnFailure"); legal: Always. Remove it',
    ],
    [
      "pods that end",
      pods({ activeDeadlineSeconds: 60 }),
      "spec.template.spec.activeDeadlineSeconds is refused by the API server: the pods of a StatefulSet run without end (received 60). Remove it",
    ],
    [
      "ephemeral containers",
      pods({ ephemeralContainers: [{ name: "debug", image: "busybox" }] }),
      "spec.template.spec.ephemeralContainers is refused by the API server: ephemeral containers are added to running pods. Remove it",
    ],
    [
      "a mount of a disk without a file system",
      { ...mounted("volumeMounts", ["data"]), volumeClaimTemplates: block },
      `${container}.volumeMounts[0].name mounts the claims of data, which have no file system (volumeMode: Block): no kubelet ` +
        "starts such a pod. Name it in volumeDevices with a devicePath, or make it volumeMode: Filesystem",
    ],
    [
      "a device with a file system",
      mounted("volumeDevices", ["data"]),
      `${container}.volumeDevices[0].name names data, which is no disk without a file system: no pod starts with it as a ` +
        "device; legal: a claim template with volumeMode: Block. Name it in volumeMounts with a mountPath, or give its claim " +
        "template volumeMode: Block",
    ],
    [
      "a mount of a volume that is not there",
      mounted("volumeMounts", ["date"]),
      `${container}.volumeMounts[0].name names neither a volume of the pods nor a claim template: the API server refuses such ` +
        'pods (received "date"); legal: data. Correct it, or add the volume',
    ],
    [
      "a mount without name",
      mounted("volumeMounts", [""]),
      `${container}.volumeMounts[0].name is missing; legal: the name of a volume or of a claim template. Add it`,
    ],
    [
      "one volume for all claims",
      { volumeClaimTemplates: [claim({ volumeName: "disk" })] },
      "spec.volumeClaimTemplates[0].spec.volumeName names one PersistentVolume for the claims of all 3 ordinals: one of them is " +
        'bound to it, and the pods of the others never start (received "disk"). Remove it. In a set that runs it cannot be ' +
        "changed: make the set anew without deleting its pods (kubectl delete --cascade=orphan)",
    ],
    [
      "a roll-out of a set that waits for deletion",
      { updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } } },
      "spec.updateStrategy.rollingUpdate is refused by the API server: it is for updateStrategy.type RollingUpdate only. Remove it",
    ],
  ];
  test.each(cases)("%s", (_, spec, message) => {
    expect(problemsIn(file(set(spec)))).toStrictEqual([`web.yaml, document 1 (StatefulSet web): ${message}`]);
  });

  test("in containers that run first, too", () => {
    const init = { name: "copy", image: "busybox", volumeMounts: [{ name: "data", mountPath: "/d" }] };
    const [problem] = problemsIn(file(set({ ...pods({ initContainers: [init] }), volumeClaimTemplates: block })));
    expect(problem).toContain("initContainers[0].volumeMounts[0].name mounts the claims of data");
  });

  test("also where a patch brings it", () => {
    const patch = { spec: { template: { spec: { restartPolicy: "Never" } } } };
    expect(problemsIn(file(set()), { patches: [{ kind: "StatefulSet", name: "web", patch }] })).toStrictEqual([
      "patches[0] (StatefulSet web): spec.template.spec.restartPolicy is refused by the API server: containers of a StatefulSet " +
        'are always started again (received "Never"); legal: Always. Remove it',
    ]);
  });

  test.each<[title: string, spec: Draft]>([
    ["Always", pods({ restartPolicy: "Always" })],
    ["no restart policy, written as an empty one", pods({ restartPolicy: "", activeDeadlineSeconds: null })],
    ["a disk as a device", { ...mounted("volumeDevices", ["data"]), volumeClaimTemplates: block }],
    ["a claim as files", mounted("volumeMounts", ["data"])],
    [
      "a shared claim as either",
      pods(
        { volumes: [{ name: "all", persistentVolumeClaim: { claimName: "a" } }] },
        { volumeDevices: [{ name: "all", devicePath: "/a" }] },
      ),
    ],
    ["a volume of one pod", { replicas: 1, volumeClaimTemplates: [claim({ volumeName: "disk" })] }],
    ["OnDelete", { updateStrategy: { type: "OnDelete", rollingUpdate: null } }],
  ])("not %s", (_, spec) => {
    expect(problemsIn(file(set(spec)))).toStrictEqual([]);
  });
});

describe("the name of a set", () => {
  const named = (length: number): Draft => set({}, { name: "a".repeat(length) });

  test("leaves room for a revision in a label of 63 characters", () => {
    expect(problemsIn(file(named(54)))).toStrictEqual([
      `web.yaml, document 1 (StatefulSet ${"a".repeat(54)}): metadata.name has 54 characters: with it the label ` +
        "controller-revision-hash of the pods, which is the name, a hyphen and 10 digits or fewer, is longer than the 63 that a " +
        "label may be. Kubernetes would create the set and never a pod; legal: at most 52 characters. Give the set a shorter name",
    ]);
  });

  test("of 53 characters is warned about: a short hash fits", () => {
    expect(workloadIn(file(named(53), service())).warnings.join("\n")).toContain(
      "metadata.name has 53 characters: the label controller-revision-hash of the pods, the name, a hyphen and a hash of the pod " +
        "template, may be 63 long, and three of four hashes have 10 digits. A change of the pod template, by patches too, is " +
        "likely to leave the set without new pods",
    );
    expect(workloadIn(file(named(52), service())).warnings.join("\n")).not.toContain("metadata.name");
  });

  test("has no dot: the pods' host names could not have it", () => {
    expect(problemsIn(file(set({}, { name: "web.db" })))).toStrictEqual([
      'web.yaml, document 1 (StatefulSet web.db): metadata.name is not valid (received "web.db"); legal: lower case letters, ' +
        "digits and -, since pods are named by it. Correct it",
    ]);
  });

  test("of a claim template is that of a volume", () => {
    const volumeClaimTemplates = [claim({}, { name: "d".repeat(64) })];
    expect(problemsIn(file(set({ volumeClaimTemplates })))).toHaveLength(1);
  });
});
