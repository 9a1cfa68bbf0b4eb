import type { KubernetesObject } from "../../core/kubernetes";
import { cleaned } from "../../core/cleaned";
import { applyDefaults } from "../../rehearsal/apiServer/defaults";
import { file, problemsIn, service, set } from "./manifest";
import { unsetCases, valueAt } from "./unsetCases";

const named = unsetCases.map((each) => ({
  ...each,
  what: `${String(each.object.kind)} ${each.path.join(".")}: ${JSON.stringify(valueAt(each.object, each.path))}`,
}));

test.each(named)("$what is read and stored as absent", ({ object, path, stored }) => {
  const isSet = object.kind === "StatefulSet";
  expect(problemsIn(isSet ? file(object, service()) : file(set(), object))).toStrictEqual([]);
  const { object: declared } = cleaned(object as unknown as KubernetesObject);
  expect(valueAt(applyDefaults(declared), path)).toStrictEqual(stored);
  // What is declared says it in one form only: absent, or the text that is stored.
  const isEmpty = [null, ""].includes(valueAt(object, path) as string | null);
  if (isEmpty && typeof stored !== "object") expect([undefined, stored]).toContain(valueAt(declared, path));
});

test.each([
  ["spec.volumeMode", { volumeMode: "" }],
  ["spec.storageClassName", { storageClassName: "" }],
])("an empty %s of a claim template stays: it is a value", (path, spec) => {
  const given = set({ volumeClaimTemplates: [{ metadata: { name: "data" }, spec }] });
  const { object } = cleaned(given as unknown as KubernetesObject);
  expect(valueAt(object, ["spec", "volumeClaimTemplates", 0, ...path.split(".")])).toBe("");
});
