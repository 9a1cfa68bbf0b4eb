import type { KubernetesObject } from "../../core/kubernetes";
import { offerOf } from "../../core/volumes/volume";
import { warnedText } from "../../core/contract/warned";
import { NotAllowed } from "../../live/client/cluster";
import { liveSet, outputs } from "../core/builders";
import { FakeCluster } from "../live/fakeCluster";
import { inventory, look, marked, storage, up, volumes, workload } from "./halfRun";

jest.setTimeout(60_000);

const needy = (warnings: readonly string[] = []) => {
  const given = workload();
  Object.assign(given.set.spec.template.spec, {
    priorityClassName: "high",
    imagePullSecrets: [{ name: "registry" }],
  });
  return { ...given, warnings };
};
const priority: KubernetesObject = {
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name: "high" },
};
const offer = offerOf([look(4), look(5)]);
const own = outputs("destination", 6, 1);
const source = (index: number) => outputs("source", index, 2, { offer, inventory });
const cluster = (...objects: KubernetesObject[]) => {
  const set = liveSet({ start: 6, replicas: 0 }, 1);
  Object.assign(set.spec.template.spec, needy().set.spec.template.spec);
  return new FakeCluster("uid-of-destination", marked, set, ...storage, ...volumes(5), ...objects);
};
const lacks =
  /PriorityClass high, which neither the cluster of context destination nor the manifests have: its API server refuses every pod/;

describe("what the pods need by name", () => {
  test("a claim is refused without the class, and warned about without the Secret", async () => {
    const run = await up("destination", 5, cluster(), { own, peer: source(5), args: { workload: needy() } });
    expect(run.errors).toEqual([expect.stringMatching(lacks)]);
    expect(run.resources.filter(({ type }) => type.includes("StatefulSet"))).toEqual([]);
    const there = await up("destination", 5, cluster(priority), { own, peer: source(5), args: { workload: needy() } });
    expect(there.errors).toEqual([]);
    expect(there.log).toEqual([expect.stringContaining("imagePullSecrets names Secret shop/registry, which neither")]);
  });

  test("where no pod starts yet it is a warning", async () => {
    const fresh = new FakeCluster("uid-of-destination", ...storage);
    const run = await up("destination", 6, fresh, { args: { workload: needy() }, peer: source(6) });
    expect([run.errors, run.log[1]]).toEqual([[], expect.stringMatching(lacks)]);
  });

  test("an up that claims nothing asks for none of it", async () => {
    const quiet = cluster();
    const run = await up("destination", 6, quiet, { own, peer: source(6), args: { workload: needy() } });
    expect([run.errors, run.log]).toEqual([[], []]);
    expect(quiet.requests.filter((request) => /PriorityClass|registry|Secret/.test(request))).toEqual([]);
  });

  test("what may not be looked up is a warning", async () => {
    const closed = cluster();
    closed.onRequest = (request) => {
      if (request.includes("PriorityClass")) throw new NotAllowed("may not get priorityclasses");
    };
    const run = await up("destination", 5, closed, { own, peer: source(5), args: { workload: needy() } });
    expect(run.errors).toEqual([]);
    expect(run.log).toContain(
      "warning: whether the cluster of context destination has PriorityClass high, which the pods need, cannot be looked up: " +
        "may not get priorityclasses",
    );
  });
});

describe("warnings", () => {
  const given = ["web.yaml: take care", "web.yaml: another"];
  const args = { workload: { ...workload(), warnings: given } };
  const plain = () =>
    new FakeCluster("uid-of-destination", marked, liveSet({ start: 6, replicas: 0 }, 1), ...storage, ...volumes(5));

  test("are recorded, and not given again by the next up", async () => {
    const first = await up("destination", 6, plain(), { own, peer: source(6), args });
    expect(first.log).toEqual(given.map((text) => `warning: ${text}`));
    expect(first.outputs.warned).toBe(warnedText(given));
    const known = { ...own, warned: warnedText(given) };
    const next = await up("destination", 5, plain(), { own: known, peer: source(5), args });
    expect([next.errors, next.log]).toEqual([[], []]);
    expect(next.outputs.warned).toBe(warnedText(given));
  });

  test("a preview has one line for those that are known", async () => {
    const known = { ...own, warned: warnedText(given.slice(0, 1)) };
    const preview = await up("destination", 6, plain(), { own: known, peer: source(6), args, preview: true });
    expect(preview.log).toEqual([
      "warning: web.yaml: another",
      "info: 1 warning as in the last up: web.yaml: take care. It is not repeated in the up",
    ]);
  });

  test("an up that is refused gives those of the manifests, known or not", async () => {
    const known = { ...own, warned: warnedText(given) };
    const run = await up("destination", 5, plain(), { own: known, peer: source(6), args });
    expect(run.errors).toHaveLength(1);
    expect(run.log).toEqual(given.map((text) => `warning: ${text}`));
  });

  test("none leaves no output", async () => {
    const run = await up("destination", 6, plain(), { own, peer: source(6) });
    expect(run.outputs).not.toHaveProperty("warned");
  });
});
