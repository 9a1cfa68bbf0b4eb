import { join, resolve } from "node:path";
import type { Connection } from "../live/client/cluster";
import { SimulatedCluster } from "../rehearsal/cluster/simulatedCluster";
import type { UpResult } from "../rehearsal/engine/report";
import { csiDriver } from "../rehearsal/controllers/volumeController";
import { SimulatedStack } from "../rehearsal/engine/simulatedStack";
import { sides } from "../core/ordinals";
import type { Side } from "../core/ordinals";

/*
 * The program of examples/web, which imports this package by its name, as a user's would: what Node finds there is what was
 * built. Two simulated clusters stand where its contexts lead.
 */

const repository = resolve(__dirname, "..");
const clusters = {
  source: new SimulatedCluster({ name: "source" }),
  destination: new SimulatedCluster({ name: "destination" }),
};
const driver = { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name: csiDriver }, spec: {} };
clusters.destination.seed(driver);
jest.doMock("../dist/live/client/kubernetesCluster", () => ({
  connectCluster: ({ context }: Connection) => clusters[context as Side],
}));

const stack = (side: Side): SimulatedStack =>
  new SimulatedStack({
    project: "web",
    stack: side,
    organization: "organization",
    cluster: clusters[side],
    peers: (name) => stacks[name as Side].wireOutputs,
  });
const stacks: Readonly<Record<Side, SimulatedStack>> = { source: stack("source"), destination: stack("destination") };

/** As Pulumi does: loads the program in the run, and calls what it exports. */
function program(): Promise<object> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- after the clusters are in their place
  return (require("../examples/web/index") as () => Promise<object>)();
}

async function up(side: Side, config: Readonly<Record<string, string>>): Promise<UpResult> {
  const manifests = JSON.stringify([join(repository, "examples/web/web.yaml")]);
  const result = await stacks[side].up({
    program,
    config: { "web:manifests": manifests, "kubernetes:context": side, ...config },
  });
  clusters[side].settle();
  return result;
}

const errors = ({ diagnostics }: UpResult): string[] =>
  diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);

test("examples/web moves an ordinal, and is refused in the wrong order", async () => {
  for (const side of ["destination", "source"] as const) expect(errors(await up(side, {}))).toEqual([]);
  const step = { "web:cutoverIndex": "2" };
  expect(errors(await up("destination", step)).join()).toContain("Run pulumi up -s source with cutoverIndex 2 first");
  for (const side of sides) expect(errors(await up(side, step))).toEqual([]);
  expect(sides.map((side) => stacks[side].plainOutputs.held)).toEqual([
    { start: 0, replicas: 2 },
    { start: 2, replicas: 1 },
  ]);
});

test("what the program gives is checked as config is, and told as an argument", async () => {
  const [told] = errors(await up("source", { "web:cutoverIndex": "-1", "kubernetes:context": "" }));
  expect(told).toContain('cutoverIndex is not legal (received "-1")');
  expect(told).toContain("Change cutoverIndex in the arguments of cutover");
  expect(told).toContain("context is empty; legal: the name of a kubeconfig context. Change context in the arguments");
});
