import {
  rangeLockDenies,
  rangeLockName,
  rangeLockOf,
  rangeLockRules,
  isDeniedBy,
} from "../../../core/protections/rangeLock";
import { rangeLockCases, lockedSet } from "./rangeLockCases";

const rangeLock = rangeLockOf({ namespace: "shop", name: "web", stack: "source" });

test("both objects carry the name of the set and its namespace, and no two sets share it", () => {
  const { policy, binding } = rangeLock;
  for (const { metadata } of [policy, binding]) expect(metadata.name).toBe("statefulset-cutover.shop.web");
  expect(binding.spec).toEqual({ policyName: "statefulset-cutover.shop.web", validationActions: ["Deny"] });
  expect(rangeLockName("a", "b.c")).not.toBe(rangeLockName("a-b", "c"));
});

test("it stands around one set, fails closed, and leaves status alone", () => {
  expect(rangeLock.policy.spec).toMatchObject({
    failurePolicy: "Fail",
    matchConstraints: {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
      resourceRules: [
        { operations: ["CREATE", "UPDATE", "DELETE"], resources: ["statefulsets", "statefulsets/scale"] },
      ],
    },
    matchConditions: [
      { expression: '(object == null ? oldObject : object).metadata.?name.orValue("") == "web"', name: "this-set" },
    ],
  });
});

test("it says who owns the set and what to do", () => {
  const { validations } = rangeLock.policy.spec as { validations: { message: string; reason: string }[] };
  const owner = "web is being moved between clusters by the Pulumi stack source (statefulset-cutover), and ";
  const instead = ". Change cutoverIndex and run pulumi up, or set rangeLock: false";
  expect(validations.map(({ message }) => message)).toEqual([
    `${owner}this would change its ordinals${instead}`,
    `${owner}this would lower its turn, as a copy of an earlier state does${instead}`,
    `${owner}its ordinals run here: deleting it would stop them and take its turn with it${instead}`,
  ]);
  expect(validations).toHaveLength(rangeLockRules.length);
  expect(validations.map(({ reason }) => reason)).toEqual(["Forbidden", "Forbidden", "Forbidden"]);
});

test("names cannot break out of the policy's strings", () => {
  const text = JSON.stringify(rangeLockOf({ namespace: "shop", name: 'a" || true || "', stack: "s" }).policy.spec);
  expect(text).toContain(String.raw`== \"a\\\" || true || \\\"\"`);
});

test.each(rangeLockCases.map((each) => ({ ...each, verdict: each.denied ?? "allowed" })))(
  "$what: $verdict",
  ({ before, after, denied }) => {
    expect(rangeLockDenies(before, after, false)).toBe(denied);
  },
);

test("a namespace that is being deleted takes the set along, and so does a deletion that was allowed before", () => {
  expect(rangeLockDenies(lockedSet("0+3"), undefined, true)).toBeUndefined();
  const set = lockedSet("0+3");
  const leaving = { ...set, metadata: { ...set.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  expect(rangeLockDenies(leaving, undefined, false)).toBeUndefined();
});

test("its denial is told from others'", () => {
  const denial = "is forbidden: ValidatingAdmissionPolicy 'statefulset-cutover.shop.web' with binding";
  expect(isDeniedBy(rangeLock, denial)).toBe(true);
  expect(isDeniedBy(rangeLock, denial.replace("shop", "other"))).toBe(false);
});
