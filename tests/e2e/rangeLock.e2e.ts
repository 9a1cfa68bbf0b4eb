/**
 * The range lock on real API servers: what its CEL denies, how long it takes to act, and a move behind it.
 */
import { rangeLockApi, rangeLockName, rangeLockOf } from "../../core/protections/rangeLock";
import type { RangeLockRule } from "../../core/protections/rangeLock";
import { renderProblem } from "../../core/userError";
import { tryRangeLock } from "../../live/rangeLock";
import { planRangeLock } from "../../plan/judge/rangeLock";
import { connectCluster } from "../../live/client/kubernetesCluster";
import type { PlaygroundApi, KubeObject } from "../../dev/playground/api";
import { readAccess, renderKubeconfig } from "../../dev/playground/kubeconfig";
import { rangeLockCases, lockedSet } from "../core/protections/rangeLockCases";
import { until, useGround } from "./ground";
import type { Ground } from "./ground";
import { expectNothingLost, expectWholeSet, Scenario } from "./harness";
import type { Side } from "./project";
import { describeInWhole, describeOnClusters, tell, wholeSuite } from "./tools";

const policies = `/apis/${rangeLockApi}/validatingadmissionpolicies`;
const bindings = `/apis/${rangeLockApi}/validatingadmissionpolicybindings`;
const setsOf = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
const dryRun = "?dryRun=All";
const owner = (name: string, stack: string): string =>
  `${name} is being moved between clusters by the Pulumi stack ${stack} (statefulset-cutover), and `;
const instead = ". Change cutoverIndex and run pulumi up, or set rangeLock: false";

/** The message of a request that is denied, "" if it passes. */
async function denial(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function named(set: KubeObject, namespace: string, name: string): KubeObject {
  return { ...set, metadata: { ...set.metadata, name, namespace } };
}

async function putUp(client: PlaygroundApi, namespace: string, name: string): Promise<void> {
  const { policy, binding } = rangeLockOf({ namespace, name, stack: "source" });
  await client.create(policies, policy);
  await client.create(bindings, binding);
}

/** Milliseconds until a dry run that the range lock denies is denied. */
async function actsAfter(client: PlaygroundApi, namespace: string, name: string): Promise<number> {
  const startedMs = Date.now();
  const foreign = named(lockedSet("0+1", "", ""), namespace, name);
  await until(`the range lock of ${name} acts`, async () =>
    (await denial(client.create(setsOf(namespace) + dryRun, foreign))).includes("denied request"),
  );
  return Date.now() - startedMs;
}

const onClusters = wholeSuite ? describeOnClusters : describe.skip;

onClusters("the range lock's rules", () => {
  const ground = useGround();
  const namespace = "fenced";
  const words: Readonly<Record<RangeLockRule, RegExp>> = {
    range:
      /this asks for the ordinals \d\+\d \(start\+replicas\) with (no range annotation|the range annotation \d\+\d)$/,
    turn: /this would lower its turn from \d+ to (none|-?\d+), as a copy of an earlier state does$/,
    deletion:
      /its ordinals \d\+\d \(start\+replicas\) run here: deleting it would stop them and take its turn with it$/,
  };
  const cases = rangeLockCases.map((each, index) => ({
    ...each,
    name: `web-${index}`,
    verdict: each.denied ?? "allowed",
  }));

  beforeAll(async () => {
    const client = ground().client("source");
    await client.create("/api/v1/namespaces", { metadata: { name: namespace } });
    for (const { name, before } of cases) {
      if (before !== undefined) await client.create(setsOf(namespace), named(before as KubeObject, namespace, name));
      await putUp(client, namespace, name);
    }
    for (const { name } of cases) await actsAfter(client, namespace, name);
  }, 120_000);

  test.each(cases)("$what: $verdict", async ({ name, before, after, denied }) => {
    const client = ground().client("source");
    const path = `${setsOf(namespace)}/${name}${dryRun}`;
    const object = after && named(after, namespace, name);
    const said = await denial(
      object === undefined
        ? client.delete(path)
        : before === undefined
          ? client.create(setsOf(namespace) + dryRun, object)
          : client.text("PUT", path, object),
    );
    if (denied === undefined) {
      expect(said).toBe("");
      return;
    }
    expect(said).toContain(
      ` 403 statefulsets.apps "${name}" is forbidden: ValidatingAdmissionPolicy '${rangeLockName(namespace, name)}'`,
    );
    expect(said.endsWith(instead)).toBe(true);
    const [, what] = said.slice(0, -instead.length).split(owner(name, "source"));
    expect(what).toMatch(words[denied]);
  });

  test("the API server finds nothing wrong with the policy's types", async () => {
    const path = `${policies}/${rangeLockName(namespace, "web-0")}`;
    const look = async (): Promise<KubeObject> => ground().client("source").get(path);
    await until("the policy's types are checked", async () => "typeChecking" in ((await look()).status as object));
    expect((await look()).status).toMatchObject({ typeChecking: {} });
    expect((await look()).status).not.toHaveProperty("typeChecking.expressionWarnings");
  });

  test("other sets of the namespace, and sets of that name elsewhere, are left alone", async () => {
    const client = ground().client("source");
    const foreign = lockedSet("0+3", "", "");
    expect(await denial(client.create(setsOf(namespace) + dryRun, named(foreign, namespace, "other")))).toBe("");
    expect(await denial(client.create(setsOf("default") + dryRun, named(foreign, "default", "web-0")))).toBe("");
    const generated = { ...foreign, metadata: { namespace, generateName: "web-" } };
    expect(await denial(client.text("POST", setsOf(namespace) + dryRun, generated))).toBe("");
  });

  test("a request that deletes all sets at once is denied", async () => {
    expect(
      await denial(
        ground()
          .client("source")
          .delete(setsOf(namespace) + dryRun),
      ),
    ).toContain("deleting it would stop");
  });

  test("a namespace that is deleted takes fenced sets along", async () => {
    const client = ground().client("source");
    await client.delete(`/api/v1/namespaces/${namespace}`);
    const gone = async (): Promise<boolean> => (await client.find(`/api/v1/namespaces/${namespace}`)) === undefined;
    await until("the namespace is gone", gone, 60_000);
  }, 70_000);

  test("how long it takes to act", async () => {
    const client = ground().client("destination");
    const delaysMs: number[] = [];
    for (let nth = 0; nth < 20; nth += 1) {
      await putUp(client, "default", `delay-${nth}`);
      delaysMs.push(await actsAfter(client, "default", `delay-${nth}`));
    }
    const sorted = [...delaysMs].sort((a, b) => a - b);
    tell(
      `the range lock acts after ${sorted[10] ?? 0} ms (median of 20), at most ${sorted[19] ?? 0} ms: ${delaysMs.join(", ")}`,
    );
    expect(sorted[19]).toBeLessThan(10_000);
  }, 120_000);

  test("an account without the right is told what to do", async () => {
    const client = ground().client("destination");
    await client.create("/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "deployer" } });
    const request = { metadata: { name: "" }, spec: {} };
    const path = "/api/v1/namespaces/default/serviceaccounts/deployer/token";
    const { status } = await client.create<{ status: { token: string } }>(path, request);
    const { server, ca } = readAccess(ground().kubeconfig, "destination");
    const context = { context: "d", server, certificateAuthority: ca ?? "", token: status.token };
    const cluster = connectCluster({ context: "d", kubeconfig: renderKubeconfig([context]) });
    // The API server may take a moment to know an account that was just made.
    await until("the account is known", () => cluster.version().then(Boolean, () => false));
    const set = { namespace: "default", name: "web", stack: "destination" };
    const question = { set, asked: undefined, recorded: undefined, version: "v1.36.2", ended: false };
    const { problems = [] } = planRangeLock(question, await tryRangeLock(cluster, set));
    const told = problems.map(renderProblem).join("\n");
    expect(told).toContain(
      "does not allow the account to create validatingadmissionpolicies.admissionregistration.k8s.io",
    );
    expect(told).toContain("or do without: pulumi config set rangeLock false -s destination");
  });
});

describeInWhole("a move behind the range lock", () => {
  const ground = useGround();
  const namespace = "range-lock";
  let scenario: Scenario;

  const lockOn = async (side: Side): Promise<(KubeObject | undefined)[]> =>
    Promise.all(
      [policies, bindings].map((path) =>
        ground()
          .client(side)
          .find(`${path}/${rangeLockName(namespace, "web")}`),
      ),
    );

  beforeAll(async () => {
    scenario = await Scenario.begin(ground(), { namespace });
  });

  test("acts when the first up is done, on everyone else", async () => {
    await expectForeignHandsDenied(ground(), "source", namespace);
    await expectForeignHandsDenied(ground(), "destination", namespace);
  });

  test("lets the program pass, forward and back, and stays as it is; a scale between the two ups is denied", async () => {
    const before = [...(await lockOn("source")), ...(await lockOn("destination"))];
    await scenario.mustUp("source", 2);
    await expectForeignHandsDenied(ground(), "source", namespace);
    await scenario.mustUp("destination");
    await expectForeignHandsDenied(ground(), "destination", namespace);
    await expectWholeSet(scenario, 2);
    await scenario.step(3);
    await expectWholeSet(scenario, 3);
    const versions = (objects: (KubeObject | undefined)[]) => objects.map((object) => object?.metadata.generation);
    expect(versions([...(await lockOn("source")), ...(await lockOn("destination"))])).toEqual(versions(before));
  });

  test("is put back by the next up when somebody took it away, and acts when that is done", async () => {
    for (const path of [policies, bindings]) {
      await ground()
        .client("source")
        .delete(`${path}/${rangeLockName(namespace, "web")}`);
      const run = await scenario.mustUp("source");
      expect(run.operations.map(({ op }) => op)).toEqual(["create"]);
      await expectForeignHandsDenied(ground(), "source", namespace);
    }
  });

  test("goes with rangeLock: false, and nothing of the set changes; comes back without it", async () => {
    scenario.project.setConfig({ rangeLock: false });
    const { resourceVersion } = (await scenario.live("source")).metadata;
    const run = await scenario.mustUp("source");
    expect(run.operations.map(({ op, type }) => `${op} ${type.replace(/.*:/, "")}`).sort()).toEqual([
      "delete ValidatingAdmissionPolicy",
      "delete ValidatingAdmissionPolicyBinding",
    ]);
    expect((await scenario.live("source")).metadata.resourceVersion).toBe(resourceVersion);
    expect(await lockOn("source")).toEqual([undefined, undefined]);
    const scale = { spec: { replicas: 5 } };
    const path = `${setsOf(namespace)}/web/scale${dryRun}`;
    await until("nothing is denied", async () => (await denial(ground().client("source").patch(path, scale))) === "");
    scenario.project.setConfig({ rangeLock: undefined });
    const preview = await scenario.project.preview("source");
    expect((await scenario.mustUp("source")).operations).toEqual(preview.operations);
    await expectForeignHandsDenied(ground(), "source", namespace);
  });

  test("goes when the move ends, and the empty half with its range lock can be destroyed", async () => {
    await scenario.moveTo(0);
    await scenario.project.must("config", "set", "peerStack", "none", "-s", "destination");
    const { generation } = (await scenario.live("destination")).metadata;
    await scenario.mustUp("destination");
    expect(await lockOn("destination")).toEqual([undefined, undefined]);
    expect((await scenario.live("destination")).metadata.generation).toBe(generation);
    const destroyed = await scenario.project.destroy("source");
    expect([destroyed.code, destroyed.output]).toEqual([0, expect.any(String)]);
    expect(await lockOn("source")).toEqual([undefined, undefined]);
    expectNothingLost(scenario);
  });
});

/** kubectl scale, an HPA, kubectl edit and apply, Helm, and deletions: each denied, and nothing changed. */
async function expectForeignHandsDenied(ground: Ground, side: Side, namespace: string): Promise<void> {
  const client = ground.client(side);
  const path = `${setsOf(namespace)}/web`;
  const live = await client.get<KubeObject & { readonly spec: { readonly replicas: number } }>(path);
  const { replicas } = live.spec;
  const wanted = { spec: { replicas: replicas + 2 } };
  const scale = await client.get(`${path}/scale`);
  const applied = { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "web", namespace }, ...wanted };
  const byHelm = "?fieldManager=helm&force=true";
  const hands: Readonly<Record<string, () => Promise<unknown>>> = {
    "kubectl scale": () => client.patch(`${path}/scale`, wanted),
    "an HPA": () => client.text("PUT", `${path}/scale`, { ...scale, ...wanted }),
    "kubectl edit": () => client.patch(path, wanted),
    "kubectl apply": () => client.patch(path, wanted, "strategic"),
    Helm: () => client.text("PATCH", path + byHelm, applied, "application/apply-patch+yaml"),
    "an edit of the first ordinal": () => client.patch(path, { spec: { ordinals: { start: 7 } } }),
    ...(replicas > 0 && { "kubectl delete": () => client.delete(path) }),
  };
  for (const [hand, request] of Object.entries(hands)) {
    const said = await denial(request());
    expect([hand, said]).toEqual([hand, expect.stringContaining(`denied request: ${owner("web", side)}`)]);
    expect([hand, said.endsWith(instead)]).toEqual([hand, true]);
    if (/scale|HPA/.test(hand)) expect(said).toContain(`and this would scale it to ${replicas + 2} replicas`);
  }
  // What leaves the ordinals alone passes.
  const restart = { spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } } } };
  expect(await denial(client.patch(`${path}/scale${dryRun}`, { spec: { replicas } }))).toBe("");
  expect(await denial(client.patch(`${path}${dryRun}`, restart, "strategic"))).toBe("");
  expect((await client.get(path)).metadata.generation).toBe(live.metadata.generation);
}
