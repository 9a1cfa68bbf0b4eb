import { declaredText, takenAway } from "../../../core/contract/takenAway";
import { renderProblem } from "../../../core/userError";

const object = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, metadata: { name } });
const declared = declaredText([
  object("v1", "Service", "web"),
  object("policy/v1", "PodDisruptionBudget", "web"),
  object("v1", "Secret", "db"),
]);
const left = (
  apiVersion: string,
  kind: string,
  name: string,
  reason: "leaveOut" | "hook" | "carried" = "leaveOut",
) => ({
  ...{ apiVersion, kind, name, reason },
});
const nothing = { side: "source", leftOut: [], carried: [], holds: true } as const;

test("what is declared, in one text", () => {
  expect(declared).toBe("Secret db, Service web, policy/PodDisruptionBudget web");
});

test("nothing, if nothing was declared before or nothing is taken away", () => {
  const leftOut = [left("v1", "Service", "web"), left("v1", "ConfigMap", "web")];
  expect(takenAway(undefined, { ...nothing, leftOut })).toEqual({ problems: [], warnings: [] });
  expect(takenAway({}, { ...nothing, leftOut })).toEqual({ problems: [], warnings: [] });
  expect(takenAway({ declared: "" }, { ...nothing, leftOut: [left("v1", "Service", "")] }).problems).toEqual([]);
  expect(
    takenAway({ declared }, { ...nothing, leftOut: [left("serving.knative.dev/v1", "Service", "web")] }).problems,
  ).toEqual([]);
  expect(takenAway({ declared }, { ...nothing, leftOut: [left("v1", "ConfigMap", "web")] }).problems).toEqual([]);
});

describe("what would be deleted", () => {
  const taken = {
    ...nothing,
    leftOut: [left("v1", "Service", "web"), left("policy/v1", "PodDisruptionBudget", "web", "hook")],
    carried: [
      { kind: "Secret", name: "db" },
      { kind: "Secret", name: "other" },
    ],
  } as const;
  const deletes = "which the last up of this half declared: Pulumi would delete it from the cluster";

  test("is refused where pods run", () => {
    expect(takenAway({ declared }, taken).problems.map(renderProblem)).toEqual([
      `leaveOut names Service web, ${deletes}. Take it out of leaveOut. To have it deleted, remove it from the manifests`,
      `PodDisruptionBudget web is a hook of Helm (helm.sh/hook) now, and left out, ${deletes}. Remove the annotation. To have it ` +
        "deleted, remove it from the manifests",
      `carrySecrets names Secret db, ${deletes}. Take it out of carrySecrets, and leave it in the manifests with the values that run`,
    ]);
  });

  test("is told where none do", () => {
    const { problems, warnings } = takenAway({ declared }, { ...taken, holds: false });
    expect(problems).toEqual([]);
    expect(warnings).toEqual(
      ["Service web", "PodDisruptionBudget web", "Secret db"].map(
        (title) => `${title} was declared by the last up of this half, and is not any more: this up deletes it`,
      ),
    );
  });

  test("the destination declares what is carried", () => {
    expect(takenAway({ declared }, { ...taken, leftOut: [], side: "destination" }).problems).toEqual([]);
  });
});
