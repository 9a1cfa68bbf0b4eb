import { asOptions } from "../../../core/manifests/leaveOut";
import { shellWord } from "../../../core/shell";
import { file, object, podTemplate, problemsIn, service, set, workloadIn } from "../manifest";
import type { Draft } from "../manifest";

const hook = (events: string, metadata: Draft = {}): Draft => ({
  metadata: { annotations: { "helm.sh/hook": events }, ...metadata },
});
const names = (draft: readonly { kind: string; metadata: { name: string } }[]): string[] =>
  draft.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

/** The line of config in a message, as a list. */
const lineIn = (message: string | undefined): string[] =>
  /leaveOut: \[([^\]]*)\]/.exec(message ?? "")?.[1]?.split(", ") ?? [];

describe("hooks of Helm", () => {
  test("are left out, whatever they are, with one line", () => {
    const given = [
      set(),
      service(),
      object("batch/v1", "Job", "init", hook("post-install,post-upgrade")),
      // The same one again, as charts have it for several events.
      object("v1", "ServiceAccount", "init", hook("pre-install")),
      object("v1", "ServiceAccount", "init", hook("pre-upgrade")),
      object("v1", "Pod", "ping", hook("test-success")),
      object("example.com/v1", "Anything", "a", hook("crd-install")),
      { apiVersion: "batch/v1", kind: "Job", ...hook("post-delete", { generateName: "bye-" }) },
      object("v1", "ConfigMap", "odd", { metadata: { annotations: { "helm.sh/hook": null } } }),
    ];
    const { belongings, notes, warnings } = workloadIn(file(...given));
    expect(names(belongings)).toEqual(["Service web"]);
    expect(notes).toEqual([
      "left out, since they are hooks of Helm (helm.sh/hook), which the move does not run: Job init, ServiceAccount init, " +
        "ServiceAccount init, Pod ping, Anything a, Job without a name, ConfigMap odd",
    ]);
    expect(warnings).toEqual([]);
  });

  test("a file of hooks alone is not an empty one", () => {
    const hooks = { ...file(object("batch/v1", "Job", "init", hook("test"))), path: "hooks.yaml" };
    expect(problemsIn([file(set(), service()), hooks])).toEqual([]);
  });

  test("other annotations of Helm make no hook", () => {
    const metadata = { annotations: { "helm.sh/resource-policy": "keep" } };
    expect(names(workloadIn(file(set(), service(), object("v1", "ConfigMap", "a", { metadata }))).belongings)).toEqual([
      "Service web",
      "ConfigMap a",
    ]);
  });

  test("a set that is one is refused, and what it says is right", () => {
    const theHook = set({}, { name: "seed", annotations: { "helm.sh/hook": "pre-install" } });
    const refused =
      "is a hook of Helm (helm.sh/hook: pre-install), which Helm makes and removes by itself. If it is the set to move, " +
      "remove the annotation helm.sh/hook; if not, leave it out: leaveOut: [StatefulSet/seed]";
    expect(problemsIn(file(theHook))).toEqual([`web.yaml, document 1 (StatefulSet seed) ${refused}`]);
    const [, told] = problemsIn(file(set(), service(), theHook));
    expect(told).toBe(`web.yaml, document 3 (StatefulSet seed) ${refused}`);
    expect(problemsIn(file(set(), service(), theHook), { leaveOut: lineIn(told) })).toEqual([]);
  });
});

describe("leaveOut", () => {
  const proxy = object("apps/v1", "Deployment", "proxy");
  const jobs = [object("batch/v1", "Job", "a"), object("batch/v1", "Job", "b")];

  test("leaves out what it names, and says so", () => {
    const workload = workloadIn(file(set(), service(), proxy, ...jobs), { leaveOut: ["Deployment/proxy", "Job/*"] });
    expect(names(workload.belongings)).toEqual(["Service web"]);
    expect(workload.notes).toEqual([
      "left out, since leaveOut names them: Deployment proxy, Job a, Job b. Apply them by other means where they should act",
    ]);
  });

  test("one line for all that is refused, with what it has already", () => {
    const files = file(set(), service(), proxy, object("v1", "ConfigMap", "c"), ...jobs);
    const problems = problemsIn(files, { leaveOut: ["ConfigMap/c"] });
    expect(problems).toHaveLength(3);
    expect(problems.map((problem) => problem.includes("leaveOut"))).toEqual([false, false, true]);
    const line = lineIn(problems[2]);
    expect(line).toEqual(["ConfigMap/c", "Deployment/proxy", "Job/a", "Job/b"]);
    expect(problemsIn(files, { leaveOut: line })).toEqual([]);
  });

  test.each([
    ["Deployment/prxy", "Did you mean Deployment/proxy? "],
    ["deployment/proxy", "Did you mean Deployment/proxy? "],
    ["Deployment.extensions/proxy", "Did you mean Deployment/proxy? "],
    ["CronJob/*", ""],
  ])("%s names nothing", (entry, guess) => {
    expect(problemsIn(file(set(), service(), proxy), { leaveOut: ["Deployment/*", entry] })).toEqual([
      `leaveOut: ${entry} names no object of the manifests. ${guess}The manifests have Deployment/proxy, StatefulSet/web, Service/web`,
    ]);
  });

  test("a mistyped entry is not in the line", () => {
    expect(lineIn(problemsIn(file(set(), service(), proxy), { leaveOut: ["Job/c"] })[1])).toEqual(["Deployment/proxy"]);
  });

  test("what a file that cannot be read may hold is not missed", () => {
    const bad = { path: "bad.yaml", text: "a: [" };
    expect(problemsIn([file(set(), service()), bad], { leaveOut: ["Job/c"] })).toHaveLength(1);
  });

  test("a kind of several groups, one of them the core group", () => {
    const files = file(set(), service(), object("serving.knative.dev/v1", "Service", "web"));
    expect(problemsIn(files, { leaveOut: ["Service/web"] })).toEqual([
      "leaveOut: Service/web names objects of several API groups; legal: Service.core/web, Service.serving.knative.dev/web. " +
        "Write which is meant",
    ]);
    const line = lineIn(problemsIn(files)[0]);
    expect(line).toEqual(["Service.serving.knative.dev/web"]);
    expect(names(workloadIn(files, { leaveOut: line }).belongings)).toEqual(["Service web"]);
    const core = problemsIn(files, { leaveOut: ["Service.core/web"] });
    expect(core).toHaveLength(1);
  });

  test("the only set", () => {
    expect(problemsIn(file(set(), service()), { leaveOut: ["StatefulSet/*"] })).toEqual([
      "manifests has no StatefulSet but what leaveOut names: StatefulSet web; legal: exactly one. Take the set to move out of leaveOut",
    ]);
  });

  test("a patch of what is left out", () => {
    const patches = [{ kind: "Deployment", name: "proxy", patch: {} }];
    expect(problemsIn(file(set(), service(), proxy), { patches, leaveOut: ["Deployment/proxy"] })).toEqual([
      "patches[0] (Deployment proxy) names an object that is left out. Remove the patch",
    ]);
  });

  test("on the command line", () => {
    const text = "Leave it out (leaveOut: [Deployment/proxy, Job/*]), and apply it, or leaveOut: [Role/system:a]";
    expect(asOptions(text, shellWord)).toBe(
      "Leave it out (--leave-out Deployment/proxy 'Job/*'), and apply it, or --leave-out Role/system:a",
    );
  });
});

describe("several sets", () => {
  const of = (name: string): Draft[] => [
    set(
      {
        serviceName: name,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name, part: "all" } },
          spec: {
            serviceAccountName: "shared",
            containers: [{ name: "a", image: "a:1", envFrom: [{ secretRef: { name: `${name}-auth` } }] }],
          },
        },
      },
      { name },
    ),
    service({ selector: { app: name } }, { name }),
    object("v1", "Secret", `${name}-auth`),
  ];
  const shared = [object("v1", "ServiceAccount", "shared"), service({ selector: { part: "all" } }, { name: "all" })];
  const files = file(...of("db"), ...of("cache"), ...shared);

  test("each has a line, and each line leads to one set with what is its own", () => {
    const [message = ""] = problemsIn(files);
    expect(message).toContain(
      "Move one at a time, each with a project of its own: leaveOut: [StatefulSet/cache, Service/cache, Secret/cache-auth] " +
        "to move db, leaveOut: [StatefulSet/db, Service/db, Secret/db-auth] to move cache",
    );
    const lines = [...message.matchAll(/leaveOut: \[[^\]]*\] to move (\w+)/g)];
    expect(lines.map(([, name]) => name)).toEqual(["db", "cache"]);
    for (const [line, name = ""] of lines) {
      const workload = workloadIn(files, { leaveOut: lineIn(line) });
      expect([workload.set.metadata.name, ...names(workload.belongings)]).toEqual([
        ...[name, `Service ${name}`, `Secret ${name}-auth`, "ServiceAccount shared", "Service all"],
      ]);
    }
  });

  test("one that cannot be read as a set is named alone", () => {
    expect(problemsIn(file(...of("db"), object("apps/v1", "StatefulSet", "bad"), service()))[0]).toContain(
      "leaveOut: [StatefulSet/bad] to move db, leaveOut: [StatefulSet/db, Service/db, Secret/db-auth] to move bad",
    );
  });
});

describe("what the pods need and is left out", () => {
  const template = podTemplate({
    serviceAccountName: "web",
    volumes: [{ name: "c", configMap: { name: "files" } }],
    containers: [
      {
        name: "a",
        image: "a:1",
        envFrom: [{ secretRef: { name: "auth" } }, { secretRef: { name: "more", optional: true } }],
      },
    ],
  });
  const needs = [
    object("v1", "Secret", "auth", hook("pre-install")),
    object("v1", "Secret", "more", hook("pre-install")),
    object("v1", "ConfigMap", "files"),
    object("v1", "ServiceAccount", "web", hook("pre-install")),
  ];
  const files = file(set({ template }), service(), ...needs);
  const told = (name: string, why: string, todo: string): string =>
    `web.yaml, document 1 (StatefulSet web): ${name} is named by the pods and left out, since it is ${why}: without it no pod ` +
    `starts in the destination. ${todo}`;

  test("is told, with the way out", () => {
    const carried = [{ kind: "Secret", name: "tls" }] as const;
    expect(workloadIn(files, { leaveOut: ["ConfigMap/files"], carried }).warnings).toEqual([
      told(
        "Secret auth",
        "made by a hook of Helm",
        "Carry it, carrySecrets: [tls, auth], or make it there by other means before the first step, or remove the annotation " +
          "helm.sh/hook from it",
      ),
      told(
        "ConfigMap files",
        "named by leaveOut",
        "Carry it, carryConfigMaps: [files], or make it there by other means before the first step, or take it out of leaveOut",
      ),
      told(
        "ServiceAccount web",
        "made by a hook of Helm",
        "Make it there by other means before the first step, or remove the annotation helm.sh/hook from it",
      ),
    ]);
  });

  test("carried, it is no longer missed", () => {
    const carried = [
      { kind: "Secret", name: "auth" },
      { kind: "ConfigMap", name: "files" },
    ] as const;
    const { warnings, belongings, notes } = workloadIn(files, { carried, leaveOut: ["ServiceAccount/web"] });
    expect(warnings).toHaveLength(1);
    expect(names(belongings)).toEqual(["Service web"]);
    expect(notes).toEqual([
      "left out, since they are hooks of Helm (helm.sh/hook), which the move does not run: Secret more",
      "left out, since leaveOut names them: ServiceAccount web. Apply them by other means where they should act",
      "left out, since carrySecrets names them and they are carried as they are in the source: Secret auth",
      "left out, since carryConfigMaps names them and they are carried as they are in the source: ConfigMap files",
    ]);
  });
});
