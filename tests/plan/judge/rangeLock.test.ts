import { rangeLockOf } from "../../../core/protections/rangeLock";
import type { KubernetesObject } from "../../../core/kubernetes";
import { renderProblem } from "../../../core/userError";
import { NotAllowed, Unreachable } from "../../../live/client/cluster";
import { tryRangeLock } from "../../../live/rangeLock";
import { asksRangeLock, planRangeLock } from "../../../plan/judge/rangeLock";
import type { RangeLockQuestion } from "../../../plan/judge/rangeLock";
import { FakeCluster } from "../../live/fakeCluster";

const set = { namespace: "shop", name: "web", stack: "source" };
const rangeLock = rangeLockOf(set);
const ours = (object: KubernetesObject): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, managedFields: [{ manager: "pulumi-kubernetes-1a2b3c4d" }] },
});
const fenced = (): FakeCluster => new FakeCluster("uid", ours(rangeLock.policy), ours(rangeLock.binding));
/** As an `up` does it. */
async function plan(cluster: FakeCluster, change: Partial<RangeLockQuestion> = {}) {
  const question = { set, asked: undefined, recorded: undefined, version: "v1.36.2", ended: false, ...change };
  const answers = asksRangeLock(question) ? await tryRangeLock(cluster, set) : undefined;
  const { rangeLock: planned, problems = [], warnings = [] } = planRangeLock(question, answers);
  return { planned, problems: problems.map(renderProblem), warnings };
}

describe("the range lock of an up", () => {
  test("is asked about where there was none, and not again", async () => {
    const cluster = new FakeCluster("uid");
    for (const recorded of [undefined, false]) {
      expect(await plan(cluster, { recorded })).toEqual({ planned: rangeLock, problems: [], warnings: [] });
    }
    const name = "statefulset-cutover.shop.web";
    const asked = [`try ValidatingAdmissionPolicy ${name}`, `try ValidatingAdmissionPolicyBinding ${name}`];
    expect(cluster.requests.splice(0)).toEqual([...asked, ...asked]);
    expect((await plan(cluster, { recorded: true })).planned).toEqual(rangeLock);
    expect(cluster.requests).toEqual([]);
  });

  test("is an earlier run's, which was killed", async () => {
    expect(await plan(fenced())).toEqual({ planned: rangeLock, problems: [], warnings: [] });
  });

  test("is not put up if it is not wanted, whatever there is", async () => {
    const cluster = fenced();
    expect((await plan(cluster, { asked: false, recorded: true })).planned).toBeUndefined();
    expect(cluster.requests).toEqual([]);
  });

  test("is taken down at the end of a move", async () => {
    const cluster = fenced();
    expect((await plan(cluster, { ended: true, recorded: true })).planned).toBeUndefined();
    expect(cluster.requests).toEqual([]);
  });

  test("stays in a preview that cannot reach the cluster, and is not promised there", async () => {
    const version = undefined;
    expect((await plan(new FakeCluster("uid"), { version, recorded: true })).planned).toEqual(rangeLock);
    expect((await plan(new FakeCluster("uid"), { version })).planned).toBeUndefined();
  });

  test("an old cluster has none: told once, refused where it was asked for", async () => {
    const cluster = new FakeCluster("uid");
    const version = "v1.29.4";
    const lacks = "the cluster has no ValidatingAdmissionPolicy (v1.29.4): Kubernetes 1.30 has it";
    expect(await plan(cluster, { version })).toEqual({
      planned: undefined,
      problems: [],
      warnings: [`no range lock is around web: ${lacks}. Let nobody scale, apply or delete it by hand during the move`],
    });
    expect((await plan(cluster, { version, recorded: false })).warnings).toEqual([]);
    expect((await plan(cluster, { version, asked: true })).problems).toEqual([
      `rangeLock: ${lacks} (received true). Upgrade that cluster, or do without: pulumi config set rangeLock false -s source`,
    ]);
    expect(cluster.requests).toEqual([]);
  });

  test("nor has one that does not serve it", async () => {
    const cluster = new FakeCluster("uid");
    cluster.refusals = [{ reason: "NotFound", message: "the server could not find the requested resource" }];
    const { planned, warnings } = await plan(cluster);
    expect(planned).toBeUndefined();
    expect(warnings.join()).toContain("(admissionregistration.k8s.io/v1 does not serve it)");
  });

  test("an unrelated namesake is refused", async () => {
    const cluster = new FakeCluster("uid", rangeLock.policy, ours(rangeLock.binding));
    expect((await plan(cluster)).problems).toEqual([
      "ValidatingAdmissionPolicy statefulset-cutover.shop.web exists in the cluster and was not made by this program (field managers: " +
        "none). Remove it if nothing needs it, or do without the range lock: pulumi config set rangeLock false -s source",
    ]);
  });

  test("what the API server says against it is told", async () => {
    const cluster = new FakeCluster("uid");
    cluster.refusals = [{ reason: "Invalid", message: "spec.variables[0].expression: no" }, "none"];
    expect((await plan(cluster)).problems).toEqual([
      "ValidatingAdmissionPolicy statefulset-cutover.shop.web would be refused: spec.variables[0].expression: no. Do without: " +
        "pulumi config set rangeLock false -s source",
    ]);
  });

  test("a right that is missing is named, with both ways out; no answer is no missing right", async () => {
    const cluster = new FakeCluster("uid");
    cluster.failure = new NotAllowed("the API server does not allow the account to create them (403).");
    expect((await plan(cluster)).problems).toEqual([
      "rangeLock: may not be put up: the API server does not allow the account to create them (403). Bind a ClusterRole to it that may " +
        "get, create, patch and delete validatingadmissionpolicies and validatingadmissionpolicybindings " +
        "(admissionregistration.k8s.io), or do without: pulumi config set rangeLock false -s source",
    ]);
    cluster.failure = new Unreachable("no route");
    await expect(plan(cluster)).rejects.toThrow("no route");
  });
});
