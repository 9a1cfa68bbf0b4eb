/**
 * A secret value is found nowhere after a full move: not in state files, outputs, previews, logs or event logs.
 */
import { resolve } from "node:path";
import { sides } from "../../core/ordinals";
import { useGround } from "./ground";
import { Scenario } from "./harness";
import { formsOf, leaksIn } from "./leaks";
import { setManifest } from "./manifests";
import { runProcess } from "./pulumiProcess";
import { describeInWhole } from "./tools";

const MARKER = "hunter2-marker-c0ffee";

describeInWhole("secrets", () => {
  const ground = useGround();

  test("the value of a Secret in the manifests is in the clusters, and nowhere else", async () => {
    const data = Buffer.from(MARKER).toString("base64");
    const secrets = [
      `apiVersion: v1\nkind: Secret\nmetadata: { name: plain }\nstringData: { password: ${MARKER} }\n`,
      `apiVersion: v1\nkind: Secret\nmetadata: { name: coded }\ndata: { password: ${data} }\n`,
    ].join("---\n");
    const scenario = await Scenario.prepare(ground(), {
      namespace: "secrets",
      replicas: 2,
      manifests: { "set.yaml": setManifest({ replicas: 2 }), "secrets.yaml": secrets },
    });
    const { project } = scenario;
    for (const side of ["destination", "source"] as const) {
      await project.preview(side, "--diff");
      await project.preview(side, "--json");
      await scenario.mustUp(side);
    }
    for (const index of [1, 0]) {
      project.cutoverIndex = index;
      await project.preview("source", "--diff");
      await scenario.mustUp("source");
      await project.preview("destination", "--json");
      await scenario.mustUp("destination");
    }
    // A change of the value is shown as a change, not as a value.
    project.writeManifest("secrets.yaml", secrets.replace(MARKER, `${MARKER}-2`));
    await project.preview("destination", "--diff");
    await scenario.mustUp("destination");
    for (const side of sides) {
      await project.run(["stack", "output", "--json", "-s", side]);
      await project.run(["stack", "export", "-s", side]);
      await project.run(["stack", "history", "--json", "-s", side]);
      const live = await ground()
        .client(side)
        .get<{ data: Record<string, string> }>("/api/v1/namespaces/secrets/secrets/coded");
      expect(live.data.password).toBe(data);
    }
    const cutover = resolve(__dirname, "../../bin/cutover.js");
    for (const more of [[], ["--json"]]) {
      const args = [cutover, "rehearse", "--config-dir", project.folder, ...more];
      const rehearsal = await runProcess(process.execPath, args, { cwd: project.folder, env: process.env });
      expect(rehearsal.code).toBe(0);
      project.printed += rehearsal.output;
    }
    const { files, printed, searched } = leaksIn(project, formsOf(MARKER));
    expect(searched).toBeGreaterThan(20);
    expect([files, printed]).toEqual([[], []]);
  });
});
