import {
  changedSecret,
  changedWarnings,
  notInAStep,
  notTakenSecrets,
  notWrittenAgain,
} from "../../../core/adopt/secretValues";
import { renderProblem } from "../../../core/userError";

const encoded = (text: string): string => Buffer.from(text).toString("base64");
const secret = (fields: object, kind = "Secret") => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "db", namespace: "shop" },
  ...fields,
});

test.each([
  ["the same, in data", { data: { a: encoded("one") } }, undefined],
  ["the same, in stringData", { stringData: { a: "one" } }, undefined],
  [
    "the same, with line breaks",
    { data: { a: `${encoded("one").slice(0, 2)}\n${encoded("one").slice(2)}` } },
    undefined,
  ],
  ["one that the cluster lacks", { data: { a: encoded("one"), c: encoded("x") } }, undefined],
  ["one that the manifests lack", { data: {} }, undefined],
  ["another", { data: { a: encoded("two") } }, "a"],
  ["stringData over data", { data: { a: encoded("one") }, stringData: { a: "two" } }, "a"],
  ["several", { data: { b: encoded("x"), a: encoded("x") } }, "a, b"],
])("%s", (_, wanted, keys) => {
  const live = secret({ data: { a: encoded("one"), b: encoded("one") } });
  expect(changedSecret(secret(wanted), live)?.keys).toBe(keys);
});

test("only of Secrets", () => {
  const [one, two] = ["one", "two"].map((a) => secret({ data: { a } }, "ConfigMap"));
  if (one === undefined || two === undefined) throw new Error("no ConfigMap");
  expect(changedSecret(one, two)).toBeUndefined();
});

describe("what is told", () => {
  const changed = [
    { name: "db", where: "Secret shop/db", keys: "password" },
    { name: "web", where: "Secret shop/web", keys: "a, b" },
  ];
  const random =
    "probably new random ones, which a chart makes each time it is rendered: written, they would lock out whoever has those that run";

  test("where it is taken over: one line for all", () => {
    const todo =
      "Carry the Secret that runs instead, carrySecrets: [tls, db, web] in Pulumi.yaml, for both halves: what the manifests say of " +
      "it is then left out. Or write the values that run into the manifests";
    expect(notTakenSecrets(changed, ["tls"]).map(renderProblem)).toEqual([
      `Secret shop/db has other values of password in the manifests than in what runs (not shown), ${random}. ${todo}`,
      `Secret shop/web has other values of a, b in the manifests than in what runs (not shown), ${random}. ${todo}`,
    ]);
  });

  test("in a first up that is run again, in a step, and in an up that changes nothing else", () => {
    const one = changed.slice(0, 1);
    expect(notWrittenAgain(one).map(renderProblem)).toEqual([
      `Secret shop/db has other values of password in the manifests than in the cluster (not shown), ${random}. Give the manifests ` +
        "the values that they had when this was begun, which are in the cluster",
    ]);
    expect(notInAStep(one, "this half: 3, the peer: 3").map(renderProblem)).toEqual([
      "Secret shop/db has other values of password in the manifests than in the cluster (not shown), and a change of cutoverIndex " +
        "changes nothing else. If a chart has rendered new random ones, give the manifests back what runs. If they are meant, run " +
        "both halves with them first, at the index where each is (this half: 3, the peer: 3), then change cutoverIndex",
    ]);
    expect(changedWarnings(one)).toEqual([
      "Secret shop/db has other values of password in the manifests than in the cluster (not shown), and this up writes them. If " +
        "they are new random ones, which a chart makes each time it is rendered, whoever has the earlier ones is locked out: give " +
        "the manifests back what runs",
    ]);
  });
});
