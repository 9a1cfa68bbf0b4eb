import { accountOf, podReferences } from "../../../core/set/podReferences";
import { webSet } from "../builders";

const withPods = (spec: Record<string, unknown>) => webSet(3, { template: { spec: { containers: [], ...spec } } });

test("variables, volumes, projected ones and images, each once", () => {
  const container = {
    env: [
      { name: "A", valueFrom: { secretKeyRef: { name: "s-env", key: "k" } } },
      { name: "B", valueFrom: { configMapKeyRef: { name: "c-env", key: "k", optional: true } } },
      { name: "C", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ],
    envFrom: [{ secretRef: { name: "s-from", optional: true } }, { configMapRef: { name: "c-from" } }],
  };
  const set = withPods({
    initContainers: [{ envFrom: [{ secretRef: { name: "s-from" } }] }],
    containers: [container],
    imagePullSecrets: [{ name: "s-pull" }],
    volumes: [
      { name: "a", secret: { secretName: "s-vol" } },
      { name: "b", configMap: { name: "c-vol" } },
      {
        name: "c",
        projected: {
          sources: [
            { secret: { name: "s-pro" } },
            { configMap: { name: "kube-root-ca.crt" } },
            { serviceAccountToken: { path: "token" } },
          ],
        },
      },
      { name: "d", csi: { driver: "d", nodePublishSecretRef: { name: "s-csi" } } },
      { name: "e", azureFile: { secretName: "s-azure", shareName: "x" } },
    ],
  });
  const account = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "web" },
    imagePullSecrets: [{ name: "s-acc" }],
  };
  expect(
    podReferences(set, account).map(({ kind, name, optional }) => `${kind} ${name}${optional ? "?" : ""}`),
  ).toEqual([
    ...[
      "Secret s-acc?",
      "Secret s-azure",
      "Secret s-csi",
      "Secret s-env",
      "Secret s-from",
      "Secret s-pro",
      "Secret s-pull?",
    ],
    ...["Secret s-vol", "ConfigMap c-env?", "ConfigMap c-from", "ConfigMap c-vol"],
  ]);
});

test("a variable that is called like a field is none", () => {
  expect(podReferences(withPods({ containers: [{ env: [{ name: "secret", value: "x" }] }] }), undefined)).toEqual([]);
});

test("the account of the pods", () => {
  expect(accountOf(withPods({ serviceAccountName: "web" }))).toBe("web");
  expect(accountOf(withPods({ serviceAccount: "old" }))).toBe("old");
  expect(accountOf(withPods({ serviceAccountName: "default" }))).toBeUndefined();
  expect(accountOf(withPods({}))).toBeUndefined();
});
