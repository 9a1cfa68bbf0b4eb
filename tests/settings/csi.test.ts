import { renderProblem } from "../../core/userError";
import { readCsi } from "../../settings/csi";

const edit = "Change csi in Pulumi.yaml";
const fields =
  "controllerExpandSecretRef, controllerPublishSecretRef, nodeExpandSecretRef, nodePublishSecretRef, nodeStageSecretRef, " +
  "volumeAttributes";

function lines(csi: unknown): string[] {
  return readCsi(typeof csi === "string" ? csi : JSON.stringify(csi), edit).problems.map(renderProblem);
}

test("every field, and null to remove", () => {
  const reference = { name: "ceph", namespace: "kube-system" };
  const csi = {
    "ebs.csi.example.com": {
      controllerExpandSecretRef: reference,
      controllerPublishSecretRef: reference,
      nodeExpandSecretRef: reference,
      nodePublishSecretRef: null,
      nodeStageSecretRef: reference,
      volumeAttributes: { clusterID: "b", old: null },
    },
    "other.example.com": {},
  };
  expect(readCsi(JSON.stringify(csi), edit)).toEqual({ value: csi, problems: [] });
  expect(readCsi(undefined, edit)).toEqual({ value: {}, problems: [] });
});

test.each([
  ["ebs", "a string"],
  ["[]", "a list"],
  ["null", "null"],
])("%s is no map", (text, kind) => {
  expect(lines(text)).toEqual([`csi is ${kind}; legal: a map of CSI drivers, to each a map of ${fields}. ${edit}`]);
});

test("everything of the wrong shape is told at once, and no value is shown", () => {
  const given = {
    a: "hunter2",
    b: {
      nodeStageSecret: { name: "hunter2" },
      volumeHandle: "hunter2",
      driver: "hunter2",
      colour: "hunter2",
      nodePublishSecretRef: "hunter2",
      nodeStageSecretRef: { name: "", uid: "hunter2" },
      volumeAttributes: { encrypted: true, size: 7, note: "hunter2" },
    },
    c: { volumeAttributes: ["hunter2"] },
  };
  const reference = "{ name, namespace } of a Secret, or null to remove it";
  const text = "text (a number or true in quotes), or null to remove it";
  expect(lines(given)).toEqual([
    `csi["a"] is a string; legal: a map of ${fields}. ${edit}`,
    `csi["b"].nodeStageSecret is not a field that differs between clusters; legal: ${fields}. Did you mean nodeStageSecretRef? ` +
      "If not, change csi in Pulumi.yaml",
    `csi["b"].volumeHandle says which disk a volume is, and cannot be changed; legal: ${fields}. ${edit}`,
    `csi["b"].driver says which disk a volume is, and cannot be changed; legal: ${fields}. ${edit}`,
    `csi["b"].colour is not a field that differs between clusters; legal: ${fields}. ${edit}`,
    `csi["b"].nodePublishSecretRef is a string; legal: ${reference}. ${edit}`,
    `csi["b"].nodeStageSecretRef.uid is not a field that is read; legal: ${reference}. ${edit}`,
    `csi["b"].nodeStageSecretRef.name is empty; legal: text. ${edit}`,
    `csi["b"].nodeStageSecretRef.namespace is missing; legal: text. ${edit}`,
    `csi["b"].volumeAttributes["encrypted"] is a boolean; legal: ${text}. ${edit}`,
    `csi["b"].volumeAttributes["size"] is a number; legal: ${text}. ${edit}`,
    `csi["c"].volumeAttributes is a list; legal: a map of names and texts. ${edit}`,
  ]);
  expect(lines(given).join()).not.toContain("hunter2");
});
