import { renderProblem } from "../../core/userError";
import { readProjectConfig, withCutoverIndex } from "../../rehearsal/projectConfig";
import type { ProjectConfig } from "../../rehearsal/projectConfig";

async function read(files: Record<string, string>): Promise<{ config: ProjectConfig | undefined; problems: string[] }> {
  const readFile = (path: string): Promise<string> => {
    const text = files[path];
    return text === undefined
      ? Promise.reject(Object.assign(new Error(`no such file: ${path}`), { code: "ENOENT" }))
      : Promise.resolve(text);
  };
  const { value: config, problems } = await readProjectConfig(readFile);
  return { config, problems: problems.map(renderProblem) };
}

const project = `name: shop
config:
  manifests:
    default: [web.yaml]
  cutoverIndex:
    type: integer
    default: 3
  volumes: carry
  shop:batch: 2
  createNamespace:
    value: true
  kubernetes:context:
    value: both
`;

test("defaults and values of the project, each stack's own over them, everything as text", async () => {
  const { config, problems } = await read({
    "Pulumi.yaml": project,
    "Pulumi.source.yaml": "config:\n  kubernetes:context: old\n  shop:storageClasses:\n    fast: slow\n",
    "Pulumi.destination.yaml": "\uFEFFconfig:\r\n  cutoverIndex: 2\r\n",
  });
  expect(problems).toEqual([]);
  const shared = {
    "shop:manifests": '["web.yaml"]',
    "shop:volumes": "carry",
    "shop:batch": "2",
    "shop:createNamespace": "true",
  };
  expect(config).toEqual({
    project: "shop",
    projectFile: project,
    stacks: {
      source: {
        values: {
          ...shared,
          "shop:cutoverIndex": "3",
          "kubernetes:context": "old",
          "shop:storageClasses": '{"fast":"slow"}',
        },
        secretKeys: [],
      },
      destination: { values: { ...shared, "shop:cutoverIndex": "2", "kubernetes:context": "both" }, secretKeys: [] },
    },
    warnings: [],
  });
});

test("stack files are optional, and may lie in another folder", async () => {
  const bare = await read({ "Pulumi.yaml": "name: a" });
  expect(bare.problems).toEqual([]);
  expect(bare.config?.stacks.source).toEqual({ values: {}, secretKeys: [] });
  const elsewhere = await read({
    "Pulumi.yml": "name: a\nstackConfigDir: stacks",
    "stacks/Pulumi.source.yaml": "config: { batch: 4 }",
  });
  expect(elsewhere.config?.stacks.source.values).toEqual({ "a:batch": "4" });
});

test("encrypted values become placeholders that differ, so that two secrets never count as equal", async () => {
  const { config, problems } = await read({
    "Pulumi.yaml": "name: a",
    "Pulumi.source.yaml":
      "encryptionsalt: v1:x\nconfig:\n  kubernetes:kubeconfig: { secure: v1:abc }\n" +
      "  a:patches: [{ kind: X, name: y, patch: { spec: { password: { secure: v1:abc } } } }]\n",
    "Pulumi.destination.yaml": "config:\n  kubernetes:kubeconfig: { secure: v1:abc }\n",
  });
  expect(problems).toEqual([]);
  expect(config?.stacks.source).toEqual({
    values: {
      "kubernetes:kubeconfig": "[secret: source kubernetes:kubeconfig]",
      "a:patches":
        '[{"kind":"X","name":"y","patch":{"spec":{"password":"[secret: source a:patches[0].patch.spec.password]"}}}]',
    },
    secretKeys: ["kubernetes:kubeconfig", "a:patches"],
  });
  expect(config?.stacks.destination.values).toEqual({
    "kubernetes:kubeconfig": "[secret: destination kubernetes:kubeconfig]",
  });
});

test("every problem is told, and an encrypted key of this program's own is one", async () => {
  const { problems } = await read({
    "Pulumi.yaml":
      "name: a\nconfig:\n  batch: { type: integer, default: two }\n  side: { type: string }\n  storageClasses: { fast: slow }\n",
    "Pulumi.source.yaml": "config:\n  side: source\n  namespace: { secure: v1:abc }\n  batch: 1\n",
    "Pulumi.destination.yaml": "config: [1]",
  });
  expect(problems).toEqual([
    "Pulumi.yaml: config.storageClasses is a map, which Pulumi takes for the declaration of a key, but has other fields " +
      '(received ["fast"]); legal: type, description, items, default, value, secret. ' +
      "Write the map itself as storageClasses: { value: … }",
    "Pulumi.source.yaml: config.a:namespace is encrypted, and a rehearsal has no key; legal: a plain value: none of this " +
      "program's keys is a secret as a whole. Run pulumi config set -s source a:namespace with the value, without --secret",
    "Pulumi.destination.yaml: config is not a map of keys (received [1]); legal: key: value",
  ]);
  const types = await read({
    "Pulumi.yaml":
      "name: a\nconfig:\n  batch: { type: integer, default: two }\n  side: { type: string }\n  l: { type: array, default: 1 }\n",
    "Pulumi.source.yaml": "config: { side: source, l: [1] }",
    "Pulumi.destination.yaml": "config: { batch: 1, l: {} }",
  });
  expect(types.problems).toEqual([
    'Pulumi.yaml: config.a:batch has another type than Pulumi.yaml declares (received "two"); legal: an integer',
    "Pulumi.yaml: config.a:side is declared without a default, and the stack destination gives no value. " +
      "Add it to Pulumi.destination.yaml, or give it a default",
    "Pulumi.destination.yaml: config.a:l has another type than Pulumi.yaml declares (received {}); legal: a list",
  ]);
});

test.each([
  ["", "Pulumi.yaml: name is not the project's name (received nothing); legal: text. Correct it"],
  ["name: [", "Pulumi.yaml is not valid YAML: "],
  ["- a", 'Pulumi.yaml is not a map (received ["a"]); legal: key: value. Correct it'],
])("a Pulumi.yaml of %j", async (text, message) => {
  const { config, problems } = await read({ "Pulumi.yaml": text });
  expect(config).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(message);
});

test("no project at all, and a file that cannot be read", async () => {
  expect((await read({})).problems).toEqual([
    "the current folder has no Pulumi.yaml. " +
      "Name the folder of a project with --config-dir, or only the set's manifests with --manifests",
  ]);
  const refuse = (): Promise<string> => Promise.reject(Object.assign(new Error("EACCES"), { code: "EACCES" }));
  const { problems } = await readProjectConfig(refuse);
  expect(problems.map(renderProblem)).toEqual(["Pulumi.yaml cannot be read: EACCES"]);
});

test("an environment cannot be opened, which is said", async () => {
  const { config } = await read({ "Pulumi.yaml": "name: a", "Pulumi.source.yaml": "environment: [prod]" });
  expect(config?.warnings).toEqual([
    "Pulumi.source.yaml: environment is not opened in a rehearsal, so config that it gives is missing",
  ]);
});

test("the cutover index is edited as a user would", () => {
  expect(withCutoverIndex(project, "shop")(1)).toBe(
    project.replace("  cutoverIndex:\n    type: integer\n    default: 3\n", "  cutoverIndex: 1\n"),
  );
  expect(withCutoverIndex("name: a\n", "a")(1)).toBe("name: a\nconfig:\n  cutoverIndex: 1\n");
});
