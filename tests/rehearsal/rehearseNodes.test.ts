import { join } from "node:path";

import { sides } from "../../core/ordinals";
import { rehearse } from "../../rehearsal/rehearse";
import type { RehearsalReport } from "../../rehearsal/engine/report";
import { inFolder, manifests } from "./rehearseFixture";

jest.setTimeout(60_000);

const door = `---
apiVersion: v1
kind: Service
metadata: { name: door, namespace: shop }
spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, nodePort: 31000 }] }
`;

/** The fixture's set of two with more in its pods' spec, there and back. */
function rehearsed(podSpec: string, files: Readonly<Record<string, string>> = {}): Promise<RehearsalReport> {
  const set = `${manifests({ replicas: 2 }).replace("spec: { containers:", `spec: { ${podSpec}, containers:`)}${door}`;
  const project = "name: statefulset-cutover\nruntime: nodejs\nconfig: { manifests: [set.yaml] }\n";
  return inFolder({ "set.yaml": set, "Pulumi.yaml": project, ...files }, (cwd) =>
    rehearse({ cwd, configDir: join(cwd, "."), oneWay: false, problems: [] }),
  );
}

const warningsOf = ({ steps }: RehearsalReport): string[] =>
  sides.map((side) =>
    steps
      .flatMap((step) => step[side].diagnostics ?? [])
      .filter(({ severity }) => severity === "warning")
      .map(({ message }) => message)
      .join("\n"),
  );

test.each(["nodeName: rack-7", "nodeSelector: { kubernetes.io/hostname: rack-7 }"])(
  "pods of one node (%s) run there in clusters that are made up, and the destination warns",
  async (podSpec) => {
    const report = await rehearsed(podSpec);
    expect(report.violations).toEqual([]);
    const [source, destination] = warningsOf(report);
    expect(source).toBe("");
    expect(destination).toContain("is for nodes by their names");
    expect(destination).toContain("spec.ports[0].nodePort is fixed at 31000");
  },
);

test("what the destination's patches take out is no warning there", async () => {
  const patches = `config:
  statefulset-cutover:patches:
    - { kind: StatefulSet, name: web, patch: { spec: { template: { spec: { nodeName: null } } } } }
    - { kind: Service, name: door, patch: { spec: { ports: [{ port: 80, nodePort: null }] } } }
`;
  const report = await rehearsed("nodeName: rack-7", { "Pulumi.destination.yaml": patches });
  expect(report.violations).toEqual([]);
  expect(warningsOf(report)).toEqual(["", ""]);
});
