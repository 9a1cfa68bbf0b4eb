/**
 * Sets that run already, made by kubectl and by Helm, are taken over by the real engine and moved; what differs is refused,
 * and nothing has changed then.
 */
import { sides } from "../../core/ordinals";
import type { KubeObject } from "../../dev/playground/api";
import { useGround } from "./ground";
import type { Ground } from "./ground";
import { expectWholeSet, Scenario, untouched } from "./harness";
import type { Run } from "./project";
import { rehearsedSteps, withoutVolumeNames } from "./rehearsed";
import { hands, pathOf, runAlready, runningManifest, untilReady } from "./runningSet";
import type { Hand } from "./runningSet";
import { describeInWhole, tell } from "./tools";

type Live = KubeObject & Readonly<Record<string, unknown>>;

const objects = [
  ...["ConfigMap", "PodDisruptionBudget", "Role", "RoleBinding", "Secret", "ServiceAccount", "Service"],
  "StatefulSet",
].map((kind) => [kind, "web"] as const);

/** A project for a set that runs already. */
async function prepare(ground: Ground, namespace: string, hand: Hand = "kubectl apply"): Promise<Scenario> {
  const manifest = runningManifest(namespace);
  const scenario = await Scenario.prepare(ground, { namespace, manifests: { "set.yaml": manifest } });
  await runAlready(ground, namespace, manifest, hand);
  return scenario;
}

async function setAdopt({ project }: Scenario): Promise<void> {
  await project.must("config", "set", "adopt", "true", "-s", "source");
}

/** What must stay as it is: pods, and each object without its annotations and what counts its writes. */
async function state({ ground, namespace }: Scenario): Promise<unknown[]> {
  const client = ground.client("source");
  const live = await Promise.all(
    [...objects, ["Service", "web-front"] as const].map(([kind, name]) =>
      client.get<Live>(pathOf(namespace, kind, name)),
    ),
  );
  const pods = await ground.all("source", "pods", namespace);
  return [
    ...[...pods.values()].map(({ metadata }) => `${metadata.name} ${metadata.uid}`).sort(),
    ...live.map(({ kind, metadata: { uid, generation, labels }, spec, data, rules, roleRef }) => {
      return { kind, uid, generation, labels, spec, data, rules, roleRef };
    }),
  ];
}

function flat({ output }: Run): string {
  return output.replace(/\s+/g, " ");
}

describeInWhole("a set that runs already", () => {
  const ground = useGround();

  test.each(hands)("made by %s: taken over without a restart, moved there and back", async (hand) => {
    const namespace = hand.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const scenario = await prepare(ground(), namespace, hand);
    const before = await state(scenario);
    await scenario.mustUp("destination");
    const refused = await scenario.up("source");
    expect(refused.code).not.toBe(0);
    expect(flat(refused)).toContain("pulumi config set adopt true -s source");
    await setAdopt(scenario);

    const [first, second] = await rehearsedSteps(scenario.project.folder);
    const preview = await scenario.project.preview("source");
    expect(flat(preview)).toContain(
      "StatefulSet " + `${namespace}/web is taken over as it runs, although the engine says create`,
    );
    expect(await state(scenario)).toEqual(before);
    const up = await scenario.mustUp("source");
    tell(`taken over in ${up.ms} ms`);
    expect(up.operations).toEqual(preview.operations);
    expect(up.operations).toEqual(first?.source);
    expect(flat(up)).toContain(
      "Only annotations are written (pulumi.com/patchForce, statefulset-cutover/cluster, statefulset-cutover/range, " +
        "statefulset-cutover/turn): its pods keep running",
    );
    expect(flat(up).includes("Helm release shop")).toBe(hand.startsWith("Helm"));
    expect(await state(scenario)).toEqual(before);
    expect((await scenario.mustUp("source")).operations).toEqual([]);
    // A rehearsal begins with the half that takes over: the other one is offered volumes at once.
    await scenario.mustUp("destination");

    const generation = (await scenario.live("source")).metadata.generation;
    expect((await scenario.mustUp("source", 2)).operations).toEqual(second?.source);
    const { operations } = await scenario.mustUp("destination");
    expect(withoutVolumeNames(operations)).toEqual(withoutVolumeNames(second?.destination ?? []));
    expect((await scenario.live("source")).metadata.generation).toBe(generation + 1);
    await expectWholeSet(scenario, 2);
    // Somebody else co-owns what was taken over: changes of it must not be conflicts.
    const manifest = runningManifest(namespace);
    scenario.project.writeManifest(
      "set.yaml",
      manifest.replace("mode: calm", "mode: brisk").replace("targetPort: 9101", "targetPort: 9102"),
    );
    for (const side of sides) await scenario.mustUp(side);
    expect(
      (
        await ground()
          .client("source")
          .get<Live>(pathOf(namespace, "ConfigMap", "web"))
      ).data,
    ).toEqual({ mode: "brisk" });
    // The whole way with the two that differ most: what kubectl made changes its manager at the first update, what Helm made does not.
    if (hand === "kubectl apply" || hand === "Helm 3") await scenario.moveTo(0);
    await scenario.moveTo(3);
    await expectWholeSet(scenario, 3);
    expect(scenario.observed().restarts).toEqual([]);
    await scenario.finish();
  });
});

describeInWhole("what keeps a set from being taken over", () => {
  const ground = useGround();
  const namespace = "differs";
  let scenario: Scenario;
  const manifest = runningManifest(namespace);

  beforeAll(async () => {
    scenario = await prepare(ground(), namespace);
    await setAdopt(scenario);
  });

  /** An `up` that is refused, and touches nothing. */
  const refusal = async (changed: string, cutoverIndex = 3): Promise<string> => {
    scenario.project.writeManifest("set.yaml", changed);
    const before = await untouched(scenario, "source");
    const run = await scenario.up("source", cutoverIndex);
    scenario.project.writeManifest("set.yaml", manifest);
    expect([run.code === 0, run.operations]).toEqual([false, []]);
    expect(await untouched(scenario, "source")).toEqual(before);
    return flat(run);
  };
  const inSource = (path: string): string => `/apis/apps/v1/namespaces/${namespace}/statefulsets/web${path}`;

  test("another image, variable and port: every field, and no value of a variable", async () => {
    const text = await refusal(
      manifest
        .replace("example.com/web:1", "example.com/web:2")
        .replace("value: calm", "value: hidden-brisk")
        .replace("targetPort: 9101", "targetPort: 9102")
        .replace("password: correct-horse", "password: battery-staple"),
    );
    expect(text).toContain(
      `StatefulSet ${namespace}/web: spec.template.spec.containers[web].image differs from what runs (received "example.com/web:2"); legal: "example.com/web:1"`,
    );
    expect(text).toContain(
      "spec.template.spec.containers[web].env[MODE].value differs from what runs (not shown, as it may be secret)",
    );
    expect(text).toContain(
      `Service ${namespace}/web-front: spec.ports[9100/TCP].targetPort differs from what runs (received 9102); legal: 9101`,
    );
    expect(text).toContain(
      `Secret ${namespace}/web: data.password differs from what runs (not shown, as it may be secret)`,
    );
    for (const secret of ["hidden-brisk", "battery-staple", "correct-horse"]) expect(text).not.toContain(secret);
  });

  test("an unrelated set of that name", async () => {
    const text = await refusal(
      manifest
        .replace("matchLabels: { app: web } }\n  template", "matchLabels: { app: web, tier: a } }\n  template")
        .replace("labels: { app: web } }\n    spec", "labels: { app: web, tier: a } }\n    spec"),
    );
    expect(text).toContain("is another set than that of the manifests");
    expect(text).toContain("spec.selector.matchLabels.tier");
  });

  test("adopt in the destination", async () => {
    const run = await scenario.project.withConfig("destination", "adopt", "true", () => scenario.up("destination"));
    expect([run.code === 0, run.operations]).toEqual([false, []]);
    expect(flat(run)).toContain("adopt is for the source alone");
  });

  test("another number of replicas", async () => {
    expect(await refusal(manifest.replace("replicas: 3", "replicas: 2"), 2)).toContain(
      "manifests: spec.replicas differs from the running set (received 2); legal: 3. Write spec.replicas: 3 and cutoverIndex: 3",
    );
  });

  test("an autoscaler", async () => {
    const client = ground().client("source");
    await client.create(pathOf(namespace, "HorizontalPodAutoscaler"), {
      ...{ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name: "web" } },
      spec: {
        maxReplicas: 5,
        minReplicas: 3,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "StatefulSet", name: "web" },
      },
    });
    expect(await refusal(manifest)).toContain(`HorizontalPodAutoscaler ${namespace}/web scales the set`);
    await client.delete(pathOf(namespace, "HorizontalPodAutoscaler", "web"));
  });

  test("restarted by kubectl rollout restart: refused in the middle, and then until the manifests say so", async () => {
    const client = ground().client("source");
    const at = "2026-01-02T03:04:05Z";
    const annotations = { "kubectl.kubernetes.io/restartedAt": at, "playground/ready-after": "500ms" };
    await client.patch(inSource("?fieldManager=kubectl-rollout"), {
      spec: { template: { metadata: { annotations } } },
    });
    const run = await scenario.up("source", 3);
    expect([run.code === 0, run.operations]).toEqual([false, []]);
    tell(`in the middle of it: ${run.diagnostics.join(" ").slice(0, 300)}`);
    await untilReady(ground(), namespace);
    expect(await refusal(manifest)).toContain("kubectl.kubernetes.io/restartedAt");
  });

  test("what the message says is done: killed in the middle, twice, and run again", async () => {
    const annotated = manifest.replace(
      "template:\n    metadata: { labels: { app: web } }",
      'template:\n    metadata: { labels: { app: web }, annotations: { kubectl.kubernetes.io/restartedAt: "2026-01-02T03:04:05Z", playground/ready-after: 500ms } }',
    );
    scenario.project.writeManifest("set.yaml", annotated);
    const before = await state(scenario);
    const client = ground().client("source");
    const taken = async (kind: string, name: string): Promise<boolean> => {
      const { metadata } = await client.get<Live>(pathOf(namespace, kind, name));
      return JSON.stringify(metadata.annotations ?? {}).includes("patchForce");
    };
    const first = await scenario.up("source", 3, { when: () => taken("Service", "web") });
    expect(first.interrupted).toBe(true);
    await scenario.project.cancel("source");
    const second = await scenario.up("source", 3, { when: () => taken("StatefulSet", "web") });
    tell(`the second kill ${second.interrupted ? "hit" : "came too late"}`);
    await scenario.project.cancel("source");
    await scenario.mustUp("source");
    expect(await state(scenario)).toEqual(before);
    // The source may go first: what runs there is not claimed.
    await scenario.mustUp("destination");
    await scenario.step(2);
    await expectWholeSet(scenario, 2);
  });
});
