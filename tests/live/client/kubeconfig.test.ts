import { mkdirSync, writeFileSync } from "node:fs";
import { Unreachable } from "../../../live/client/cluster";
import { findContext } from "../../../live/client/kubeconfig";
import { connectCluster } from "../../../live/client/kubernetesCluster";
import { kubeconfigOf, withFiles } from "../apiServerStub";

let home = "/nowhere";
jest.mock("node:os", () => ({ ...jest.requireActual<object>("node:os"), homedir: () => home }));

const earlier = { ...process.env };
afterEach(() => {
  process.env = { ...earlier };
});

const twoContexts = `
clusters:
  - { name: a, cluster: { server: https://a.test, certificate-authority: ca.crt } }
users:
  - { name: a, user: { client-key: /keys/a.key, exec: { command: ./login, args: [a] } } }
contexts:
  - { name: west, context: { cluster: a, user: a } }
  - { name: east, context: { cluster: a } }
  - { name: lost, context: { cluster: nowhere } }
  - { name: nobody, context: { cluster: a, user: nobody } }
`;

test("a file's relative paths are relative to it", () =>
  withFiles({ config: twoContexts }, (folder) => {
    expect(findContext({ context: "west", kubeconfig: `${folder}/config` })).toStrictEqual({
      name: "west",
      cluster: { server: "https://a.test", "certificate-authority": `${folder}/ca.crt` },
      user: { "client-key": "/keys/a.key", exec: { command: `${folder}/login`, args: ["a"] } },
    });
  }));

test("contents, as YAML or JSON; a context without a user", () => {
  expect(findContext({ context: "east", kubeconfig: twoContexts }).user).toStrictEqual({});
  expect(findContext({ context: "source", kubeconfig: kubeconfigOf("https://b.test") }).cluster.server).toBe(
    "https://b.test",
  );
});

test("a path may begin with ~", () =>
  withFiles({ config: twoContexts }, (folder) => {
    home = folder;
    expect(findContext({ context: "east", kubeconfig: "~/config" }).name).toBe("east");
  }));

test("KUBECONFIG lists files: the first that has an entry wins, files that are not there are passed over", () =>
  withFiles(
    { one: kubeconfigOf("https://one.test"), two: kubeconfigOf("https://two.test"), three: twoContexts, empty: "" },
    (folder) => {
      process.env.KUBECONFIG = ["empty", "missing", "one", "two", "three"].map((name) => `${folder}/${name}`).join(":");
      expect(findContext({ context: "source" }).cluster.server).toBe("https://one.test");
      expect(findContext({ context: "east" }).cluster.server).toBe("https://a.test");
    },
  ));

test("without KUBECONFIG it is ~/.kube/config", () =>
  withFiles({}, (folder) => {
    mkdirSync(`${folder}/.kube`);
    writeFileSync(`${folder}/.kube/config`, twoContexts);
    home = folder;
    delete process.env.KUBECONFIG;
    expect(findContext({ context: "west" }).name).toBe("west");
  }));

describe("refusals", () => {
  const failureOf = (context: string, kubeconfig?: string) => {
    try {
      findContext({ context, ...(kubeconfig !== undefined && { kubeconfig }) });
    } catch (error) {
      expect(error).toBeInstanceOf(Unreachable);
      return (error as Unreachable).message;
    }
    throw new Error("found");
  };

  test("a context that is not there: those that are", () => {
    expect(failureOf("source", twoContexts)).toBe(
      'there is no kubeconfig context "source"; there are: east, lost, nobody, west. ' +
        "Run: pulumi config set kubernetes:context <context>, or kubectl config rename-context <its name> source",
    );
    process.env.KUBECONFIG = "/nowhere/config";
    expect(failureOf("source")).toBe(
      'there is no kubeconfig context "source"; there is none at all (looked in /nowhere/config). ' +
        "Set KUBECONFIG, or run: pulumi config set kubernetes:kubeconfig <path>; in a pod of that cluster, for its service " +
        "account: pulumi config set kubernetes:context in-cluster",
    );
  });

  test("a context that names what is not there", () => {
    expect(failureOf("lost", twoContexts)).toBe(
      'kubeconfig context "lost" names no cluster that has a server ("nowhere").',
    );
    expect(failureOf("nobody", twoContexts)).toBe(
      'kubeconfig context "nobody" names the user "nobody", which is not there.',
    );
  });

  test("a token in the wrong place is not shown", () => {
    expect(failureOf("source", "hunter2")).toBe(
      "kubernetes:kubeconfig is neither a file that exists nor a kubeconfig.",
    );
    expect(failureOf("source", "token: hunter2: x\n  - y")).toBe(
      "kubernetes:kubeconfig is neither a file that exists nor a kubeconfig.",
    );
    expect(failureOf("source", "clusters: hunter2")).toBe(
      "kubernetes:kubeconfig is neither a file that exists nor a kubeconfig.",
    );
  });

  test("a file that is no kubeconfig, or no file", () =>
    withFiles({ config: "- hunter2" }, (folder) => {
      expect(failureOf("source", `${folder}/config`)).toBe(`${folder}/config is not a kubeconfig.`);
      expect(failureOf("source", folder)).toBe(`the kubeconfig ${folder} cannot be read (EISDIR).`);
    }));
});

test("opening a cluster reads nothing; the first question does", async () => {
  const cluster = connectCluster({ context: "source", kubeconfig: "clusters: []" });
  await expect(cluster.version()).rejects.toThrow('there is no kubeconfig context "source"; there is none at all');
  const strange = connectCluster({ context: "source", kubeconfig: kubeconfigOf("api.test:6443") });
  await expect(strange.version()).rejects.toThrow(
    'kubeconfig context "source" has a server that is not an http or https URL.',
  );
});
