import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderProblem } from "../core/userError";
import { readSettings } from "../settings";
import { walkKey } from "../settings/half";
import type { Settings } from "../settings";
import type { ConfigSource } from "../settings/configReader";

const manifests = '["web.yaml"]';

/** Keys without a namespace are the project's. */
function source(values: Record<string, string>, stack = "source", projectFile?: string): ConfigSource {
  const named = Object.entries(values).map(([key, value]) => [key.includes(":") ? key : `shop:${key}`, value]);
  return {
    project: "shop",
    stack,
    values: Object.fromEntries(named) as Record<string, string>,
    ...(projectFile && { projectFile }),
  };
}

function settingsOf(values: Record<string, string>, stack?: string, projectFile?: string): Settings {
  const { value: settings, problems } = readSettings(source(values, stack, projectFile));
  expect(problems).toStrictEqual([]);
  return settings;
}

function refusals(values: Record<string, string>, stack?: string, projectFile?: string): string[] {
  return readSettings(source(values, stack, projectFile)).problems.map(renderProblem);
}

/** The refusals of config that is right but for these values. */
const withManifests = (values: Record<string, string>, stack?: string) => refusals({ manifests, ...values }, stack);

describe("what is read", () => {
  test("defaults", () => {
    expect(settingsOf({ manifests })).toStrictEqual({
      side: "source",
      peerStack: "destination",
      cutoverIndex: undefined,
      manifests: ["web.yaml"],
      leaveOut: [],
      namespace: undefined,
      createNamespace: true,
      batch: 1,
      volumes: "carry",
      storageClasses: {},
      carrySecrets: [],
      carryConfigMaps: [],
      csi: {},
      inTreeVolumes: "keep",
      patches: [],
      adopt: false,
      connection: { context: "source", isDefault: true },
      fenced: [],
      checks: { gates: [], before: [], after: [] },
      warnings: [],
    });
    expect(settingsOf({ manifests }, "destination")).toMatchObject({
      side: "destination",
      peerStack: "source",
      connection: { context: "destination", isDefault: true },
    });
  });

  test("every key", () => {
    const patches = [
      { kind: "StatefulSet", name: "web", patch: { spec: { replicas: 3 } } },
      {
        kind: "Service",
        name: "web",
        patch: [
          { op: "move", from: "/a", path: "/b" },
          { op: "test", path: "", value: null },
        ],
      },
    ];
    const settings = settingsOf(
      {
        cutoverIndex: "3",
        side: "destination",
        peerStack: "web-source",
        manifests: '["a.yaml","b/c.yaml"]',
        leaveOut: '["Deployment/proxy","Job/*","Service.core/web"]',
        namespace: "web",
        createNamespace: "false",
        batch: "2",
        volumes: "fresh",
        storageClasses: '{"fast":"premium"}',
        carrySecrets: '["db","tls.web"]',
        carryConfigMaps: '["app"]',
        csi: '{"disk.example.com":{"volumeAttributes":{"clusterID":"b"}}}',
        inTreeVolumes: "csi",
        patches: JSON.stringify(patches),
        rangeLock: "false",
        peerContext: "east",
        fenced: '["0d5c7ae1-8e1b-4d4c-a1a8-d2b5b0c6b0a1","web-5@4"]',
        "kubernetes:context": "west",
        "kubernetes:kubeconfig": "~/west",
      },
      "web-destination",
    );
    expect(settings).toStrictEqual({
      side: "destination",
      peerStack: "web-source",
      cutoverIndex: 3,
      manifests: ["a.yaml", "b/c.yaml"],
      leaveOut: ["Deployment/proxy", "Job/*", "Service.core/web"],
      namespace: "web",
      createNamespace: false,
      batch: 2,
      volumes: "fresh",
      storageClasses: { fast: "premium" },
      carrySecrets: ["db", "tls.web"],
      carryConfigMaps: ["app"],
      csi: { "disk.example.com": { volumeAttributes: { clusterID: "b" } } },
      inTreeVolumes: "csi",
      patches,
      rangeLock: false,
      adopt: false,
      connection: { context: "west", kubeconfig: "~/west" },
      peerConnection: { context: "east", kubeconfig: "~/west" },
      fenced: ["0d5c7ae1-8e1b-4d4c-a1a8-d2b5b0c6b0a1", "web-5@4"],
      checks: { gates: [], before: [], after: [] },
      warnings: [],
    });
  });

  test("0 is an index, and `none` ends a move", () => {
    expect(settingsOf({ manifests, cutoverIndex: "0", peerStack: "none" })).toMatchObject({
      cutoverIndex: 0,
      peerStack: "none",
    });
  });

  test("config of Pulumi and of other programs is theirs", () => {
    expect(
      settingsOf({ manifests, "pulumi:tags": "{}", "aws:region": "x", "vault:namespace": "y" }).warnings,
    ).toStrictEqual([]);
  });
});

describe("adopt", () => {
  test("is for the source", () => {
    expect(settingsOf({ manifests, adopt: "true" }).adopt).toBe(true);
    expect(settingsOf({ manifests, adopt: "false" }, "destination").adopt).toBe(false);
    expect(withManifests({ adopt: "yes" })).toStrictEqual([
      'adopt is not legal (received "yes"); legal: true, false. Run: pulumi config set adopt true -s source',
    ]);
  });

  test("and refused on the destination, with where to set it", () => {
    const what = "adopt is for the source alone: in the destination nothing of the set may run before it moves there. ";
    expect(withManifests({ adopt: "true" }, "destination")).toStrictEqual([
      `${what}Remove it: pulumi config rm adopt -s destination; where the set runs: pulumi config set adopt true -s source`,
    ]);
    const given = { manifests, adopt: "true", side: "destination", peerStack: "west" };
    expect(refusals(given, "east", "name: shop\nconfig: { adopt: true }\n")).toStrictEqual([
      `${what}Remove it from Pulumi.yaml; where the set runs: pulumi config set adopt true -s west`,
    ]);
  });
});

describe("keys", () => {
  test.each([
    ["cutoverindex", "cutoverIndex"],
    ["manifest", "manifests"],
    ["storageClass", "storageClasses"],
    ["peer-stack", "peerStack"],
    ["patch", "patches"],
  ])("%s: did you mean %s", (key, meant) => {
    expect(withManifests({ [key]: "secret" })).toStrictEqual([
      `${key} is not a config key of this program; legal: cutoverIndex, side, peerStack, manifests, namespace, createNamespace, ` +
        `batch, volumes, storageClasses, carrySecrets, carryConfigMaps, csi, inTreeVolumes, patches, rangeLock, peerContext, fenced, adopt, leaveOut, gates, before, after. Did you mean ${meant}? If not, remove it: pulumi config rm ${key} -s source`,
    ]);
  });

  test("an earlier name of a key is refused with today's", () => {
    expect(withManifests({ fence: "false" })).toStrictEqual([
      "fence has another name now; legal: rangeLock. Set rangeLock to the same value, and remove it: pulumi config rm fence -s source",
    ]);
  });

  test("the own context is not the peer's, and none is not empty", () => {
    const legal = "legal: the name of a kubeconfig context that leads to the peer's cluster";
    const todo = "Run: pulumi config set peerContext <context> -s source";
    expect(withManifests({ peerContext: "east", "kubernetes:context": "east" })).toStrictEqual([
      `peerContext is this half's own context, and would look at its own cluster (received "east"); ${legal}. ${todo}`,
    ]);
    expect(withManifests({ peerContext: " " })).toStrictEqual([
      `peerContext is not legal (received " "); ${legal}. ${todo}`,
    ]);
  });

  test("fenced is a list of pods", () => {
    const legal = "legal: a list of pod uids, as the message that asks for them prints them";
    expect(withManifests({ fenced: "web-5" })).toStrictEqual([
      `fenced is not a list (received "web-5"); ${legal}. Run: pulumi config set --path 'fenced[0]' <uid> -s source`,
    ]);
    expect(withManifests({ fenced: '["web-5@4", 5, "all of them"]' })).toStrictEqual([
      `fenced[1] is not the uid of a pod (received 5); ${legal}. Change fenced in Pulumi.source.yaml`,
      `fenced[2] is not the uid of a pod (received "all of them"); ${legal}. Change fenced in Pulumi.source.yaml`,
    ]);
  });

  test("nothing near", () => {
    expect(withManifests({ colour: "red" })[0]).toMatch(
      /leaveOut, gates, before, after\. Remove it: pulumi config rm colour -s source$/,
    );
  });

  test("switches of the default provider would do nothing", () => {
    const what = "would have no effect: this program sets every switch of its Kubernetes provider itself";
    const legal = "legal: kubernetes:context, kubernetes:kubeconfig";
    expect(
      withManifests({
        "kubernetes:namespace": "x",
        "kubernetes:skipUpdateUnreachable": "true",
        "kubernetes:contxt": "y",
      }),
    ).toStrictEqual([
      `kubernetes:contxt ${what}; ${legal}. Did you mean kubernetes:context? If not, remove it: pulumi config rm kubernetes:contxt -s source`,
      `kubernetes:namespace ${what}; ${legal}. Use the key namespace instead, or remove it: pulumi config rm kubernetes:namespace -s source`,
      `kubernetes:skipUpdateUnreachable ${what}; ${legal}. Remove it: pulumi config rm kubernetes:skipUpdateUnreachable -s source`,
    ]);
  });

  test("config that a renamed project left behind", () => {
    expect(withManifests({ "statefulset-cutover:cutoverIndex": "2" })).toStrictEqual([
      'statefulset-cutover:cutoverIndex belongs to another project: this one is called "shop". ' +
        "Set cutoverIndex in this project if it still holds, and remove it: pulumi config rm statefulset-cutover:cutoverIndex -s source",
    ]);
  });
});

describe("values", () => {
  test.each(["", " ", "-1", "+3", "3.0", "3.5", "1e3", "03", "0x3", "three", "true", "[3]", "99999999999"])(
    "cutoverIndex %j",
    (value) => {
      expect(withManifests({ cutoverIndex: value })).toStrictEqual([
        `cutoverIndex is not legal (received ${JSON.stringify(value)}); legal: an integer, 0 or more. ` +
          "Run: pulumi config set cutoverIndex <integer> -s source",
      ]);
    },
  );

  test.each(["0", "-1", "1.5", "two"])("batch %j", (value) => {
    expect(withManifests({ batch: value })).toStrictEqual([
      `batch is not legal (received "${value}"); legal: an integer, 1 or more. Run: pulumi config set batch 1 -s source`,
    ]);
  });

  test("choices", () => {
    expect(withManifests({ createNamespace: "yes", volumes: "copy" })).toStrictEqual([
      'createNamespace is not legal (received "yes"); legal: true, false. Run: pulumi config set createNamespace true -s source',
      'volumes is not legal (received "copy"); legal: carry, fresh. Run: pulumi config set volumes carry -s source',
    ]);
  });

  test.each(["", "Web", "-web", "web-", "a.b", "a_b", "a/b", "w".repeat(64)])("namespace %j", (value) => {
    expect(withManifests({ namespace: value })).toStrictEqual([
      `namespace is not legal (received ${JSON.stringify(value)}); legal: a DNS label: at most 63 lower-case letters, digits and -, ` +
        "beginning and ending with a letter or digit. Run: pulumi config set namespace web -s source",
    ]);
  });
});

describe("side and peerStack", () => {
  const peer = "legal: the name of the other half's stack in this project, or none";

  test("a stack with another name must say both", () => {
    expect(withManifests({}, "dev")).toStrictEqual([
      'side is not set, and the stack is named neither source nor destination but "dev"; legal: source, destination. ' +
        "Run: pulumi config set side source -s dev",
    ]);
    expect(withManifests({ side: "destination" }, "dev")).toStrictEqual([
      `peerStack is not set, and cannot be told from the name of this stack, "dev"; ${peer}. ` +
        "Run: pulumi config set peerStack <stack> -s dev",
    ]);
  });

  test("a side that is none hides nothing else", () => {
    expect(withManifests({ side: "left", peerStack: "a/b" })).toStrictEqual([
      'side is not legal (received "left"); legal: source, destination. Run: pulumi config set side source -s source',
      `peerStack is not legal (received "a/b"); ${peer}. Run: pulumi config set peerStack source -s source`,
    ]);
  });

  test("the stack itself is not its peer", () => {
    expect(withManifests({ peerStack: "source" })).toStrictEqual([
      `peerStack is this stack itself (received "source"); ${peer}. Run: pulumi config set peerStack destination -s source`,
    ]);
    expect(withManifests({ side: "destination", peerStack: "source" })).toStrictEqual([
      `peerStack is this stack itself (received "source"); ${peer}. Run: pulumi config set peerStack <stack> -s source`,
    ]);
  });

  test("a side that contradicts the stack's name is warned about", () => {
    expect(settingsOf({ manifests, side: "destination", peerStack: "b" }).warnings).toStrictEqual([
      "side is destination although the stack is named source. If that is a mistake: pulumi config rm side -s source",
    ]);
  });
});

describe("manifests", () => {
  const list = "legal: a list of paths of YAML files, relative to the folder of Pulumi.yaml";
  const run = "Run: pulumi config set --path 'manifests[0]' web.yaml -s source";
  const file = "legal: the path of one YAML file. Change manifests in Pulumi.source.yaml";

  test.each<[Record<string, string>, string]>([
    [{}, `manifests is not set; ${list}. Add it to config in Pulumi.yaml, for both halves: manifests: [web.yaml]`],
    [{ manifests: "web.yaml" }, `manifests is not a list of paths (received "web.yaml"); ${list}. ${run}`],
    [{ manifests: "[]" }, `manifests is not a list of paths (received []); ${list}. ${run}`],
    [{ manifests: '{"a":1}' }, `manifests is not a list of paths (received {"a":1}); ${list}. ${run}`],
    [{ manifests: "null" }, `manifests is not a list of paths (received null); ${list}. ${run}`],
    [{ manifests: '["a",""]' }, `manifests[1] is not a path (received ""); ${file}`],
    [{ manifests: "[1]" }, `manifests[0] is not a path (received 1); ${file}`],
    [
      { manifests: '["a/*.yaml"]' },
      `manifests[0] is a pattern, and patterns are not expanded (received "a/*.yaml"); ${file}`,
    ],
    [{ manifests: '["a","b","./a"]' }, `manifests[2] is the same file as manifests[0] (received "./a"); ${file}`],
  ])("%j", (values, message) => {
    expect(refusals(values)).toStrictEqual([message]);
  });
});

describe("storageClasses", () => {
  test.each<[string, string]>([
    [
      "fast",
      `storageClasses is not a map (received "fast"); legal: source storage class to destination storage class. ` +
        `Run: pulumi config set --path 'storageClasses["<source class>"]' <destination class> -s source`,
    ],
    [
      '{"a":true}',
      'storageClasses["a"] is not the name of a storage class (received true). Change storageClasses in Pulumi.source.yaml',
    ],
    [
      '{"a":""}',
      'storageClasses["a"] is not the name of a storage class (received ""). Change storageClasses in Pulumi.source.yaml',
    ],
  ])("%s", (value, message) => {
    expect(withManifests({ storageClasses: value })).toStrictEqual([message]);
  });
});

describe("patches", () => {
  const edit = "Change patches in Pulumi.source.yaml";
  const pointer = 'legal: a JSON pointer, such as "/spec/replicas"';

  test.each<[unknown, string[]]>([
    [{}, ["patches is an object; legal: a list of { kind, name, patch }"]],
    [["x"], ["patches[0] is a string; legal: an object { kind, name, patch }"]],
    [
      [{ kind: "", patches: {} }],
      [
        "patches[0].patches is not a field that is read; legal: kind, name, patch",
        "patches[0].kind is empty; legal: the kind of one object of the manifests",
        "patches[0].name is missing; legal: the name of one object of the manifests",
        "patches[0].patch is missing; legal: an object (a merge patch) or a list of JSON patch operations",
      ],
    ],
    [
      [
        { kind: "A", name: "a", patch: { password: "hunter2" } },
        {
          kind: "A",
          name: "a",
          patch: [
            { op: "set", path: "hunter2", values: "hunter2" },
            { op: "add", path: "/a" },
            { op: "copy", path: "/a" },
            7,
          ],
        },
      ],
      [
        "patches[1].patch[0].values is not a field that is read; legal: op, path, from, value",
        "patches[1].patch[0].op is not an operation; legal: add, remove, replace, move, copy, test",
        `patches[1].patch[0].path does not begin with /; ${pointer}`,
        "patches[1].patch[1].value is missing; legal: any value",
        `patches[1].patch[2].from is missing; ${pointer}`,
        "patches[1].patch[3] is a number; legal: an object { op, path, value }",
      ],
    ],
  ])("%j", (value, messages) => {
    const text = withManifests({ patches: JSON.stringify(value) });
    expect(text).toStrictEqual(messages.map((message) => `${message}. ${edit}`));
    expect(text.join()).not.toContain("hunter2");
  });

  test("text is not shown", () => {
    expect(withManifests({ patches: "hunter2" })).toStrictEqual([
      `patches is a string; legal: a list of { kind, name, patch }. ${edit}`,
    ]);
  });
});

describe("connection", () => {
  test("empty values", () => {
    expect(withManifests({ "kubernetes:context": "", "kubernetes:kubeconfig": " " })).toStrictEqual([
      "kubernetes:context is empty; legal: the name of a kubeconfig context. Run: pulumi config set kubernetes:context source -s source",
      "kubernetes:kubeconfig is empty; legal: the path or the contents of a kubeconfig. " +
        "Remove it: pulumi config rm kubernetes:kubeconfig -s source",
    ]);
  });

  test("a kubeconfig is never shown, whatever else is wrong", () => {
    const text = refusals({
      "kubernetes:kubeconfig": "hunter2",
      "kubernetes:kubeconfi": "hunter2",
      kubeconfig: "hunter2",
    }).join("\n");
    expect(text).not.toContain("hunter2");
    expect(text).toContain("Did you mean kubernetes:kubeconfig?");
  });
});

test("every problem at once", () => {
  const values = {
    cutoverIndex: "x",
    batch: "0",
    volumes: "y",
    colour: "z",
    manifests: "m",
    namespace: "N",
    rangeLock: "perhaps",
  };
  const { problems } = readSettings(source(values, "dev"));
  expect(problems.map(({ where }) => where)).toStrictEqual([
    ...["colour", "side", "cutoverIndex", "manifests", "namespace", "batch", "volumes", "rangeLock"],
  ]);
});

describe("Pulumi.yaml", () => {
  const warning =
    "cutoverIndex is 2 in stack source alone, and 3 in Pulumi.yaml: changing Pulumi.yaml does not move this half until the " +
    "stack's own value is gone. To remove it: pulumi config rm cutoverIndex -s source";

  test.each([
    "{ cutoverIndex: 3 }",
    "{ cutoverIndex: '3' }",
    "{ cutoverIndex: { value: 3 } }",
    "{ cutoverIndex: { default: 3, type: integer } }",
    "{ 'shop:cutoverIndex': 3 }",
    "{ 'shop:cutoverIndex': { default: 3 } }",
  ])("a stack's own cutoverIndex is warned about: config: %s", (config) => {
    const file = `name: shop\nconfig: ${config}\n`;
    expect(settingsOf({ manifests, cutoverIndex: "2" }, "source", file).warnings).toStrictEqual([warning]);
    expect(settingsOf({ manifests, cutoverIndex: "3" }, "source", file).warnings).toStrictEqual([]);
    // A walk gives every `up` an index of its own on purpose.
    const walking = { manifests, cutoverIndex: "2", [walkKey]: "0" };
    expect(settingsOf(walking, "source", file).warnings).toStrictEqual([]);
  });

  test.each([
    "",
    "name: shop\n",
    "config: [",
    "config: somewhere",
    "config: { cutoverIndex: }",
    "config: { 'other:cutoverIndex': 3 }",
  ])("no value to compare with: %s", (file) => {
    expect(settingsOf({ manifests, cutoverIndex: "2" }, "source", file).warnings).toStrictEqual([]);
  });

  test("what it sets is changed there", () => {
    const file =
      "config: { cutoverIndex: -1, manifests: [a, a], storageClasses: { default: { a: 1 } }, colour: red, batch: 0 }";
    const values = { cutoverIndex: "-1", manifests: '["a","a"]', storageClasses: '{"a":1}', colour: "red", batch: "x" };
    expect(refusals(values, "source", file).map((message) => message.replace(/^(\S+).*?\. /, "$1: "))).toStrictEqual([
      "colour: Remove it from Pulumi.yaml",
      "cutoverIndex: Change cutoverIndex in Pulumi.yaml",
      "manifests[1]: Change manifests in Pulumi.yaml",
      "batch: Run: pulumi config set batch 1 -s source",
      'storageClasses["a"]: Change storageClasses in Pulumi.yaml',
    ]);
  });

  test("the project's own: with its values the example is set, and both stacks are complete", () => {
    const projectFile = readFileSync(join(__dirname, "..", "Pulumi.yaml"), "utf8");
    const values = { cutoverIndex: "3", manifests: '["examples/web/web.yaml"]', "kubernetes:context": "source" };
    expect(projectFile).toContain("\n  cutoverIndex: 3");
    expect(settingsOf(values, "source", projectFile)).toMatchObject({
      cutoverIndex: 3,
      manifests: ["examples/web/web.yaml"],
    });
  });
});
