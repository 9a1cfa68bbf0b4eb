import { sequencesOf } from "../e2e/controllerSequence";
import { SimulatedWorld } from "../e2e/controllerWorlds";
import { specPatch, statefulSet, storageClass, volume, stuckAnnotation } from "../e2e/controllerObjects";
import { stateOf } from "../e2e/controllerState";
test("replay", () => {
  const index = Number(process.env.E2E_LIFE), n = Number(process.env.STEPS ?? 99);
  const seq = sequencesOf(Number(process.env.E2E_SEED), index + 1, { maxUnavailable: false })[index]!;
  const w = new SimulatedWorld("ns", "s", false) as any;
  const out: string[] = [JSON.stringify(seq.circumstances)];
  if (seq.circumstances.storage !== "none") { void w.create(storageClass("s", seq.circumstances)); for (let i = 0; i <= 6; i++) void w.create(volume("ns", "s", i, seq.circumstances)); }
  w.settle();
  for (const op of [{ do: "createSet" }, ...seq.operations].slice(0, n) as any[]) {
    const f = w.found(); w.forget(); out.push("# " + JSON.stringify(op));
    const pod = f.pods.find((p: any) => p.metadata.name === "s-" + op.ordinal), claim = f.claims.find((p: any) => p.metadata.name === "data-s-" + op.ordinal);
    if (op.do === "createSet") { if (!f.set) void w.create(statefulSet("ns", "s", seq.circumstances)); }
    else if (op.do === "deleteSet") { if (f.set) void w.delete(f.set, op.propagation); }
    else if (op.do === "deletePod") { if (pod) void w.delete(pod); }
    else if (op.do === "deleteClaim") { if (claim) void w.delete(claim); }
    else if (op.do === "deleteVolume") { const v = f.volumes.find((x: any) => x.metadata.name === claim?.spec.volumeName); if (v) void w.delete(v); }
    else if (op.do === "failPod") { if (pod) void w.patch(pod, { status: { phase: "Failed", conditions: [{ type: "Ready", status: "False" }] } }); }
    else if (["unready", "stick", "heal"].includes(op.do)) { if (pod) void w.patch(pod, { metadata: { annotations: { [stuckAnnotation]: op.do === "heal" ? null : op.do === "stick" ? "terminating" : "unready" } } }); }
    else if (op.do === "newVolumes") out.push("(skipped)");
    else if (f.set) void w.patch(f.set, specPatch(op));
    w.settle();
    out.push(w.happened().join(" "), ...stateOf(w.found()).map((l: string) => "   " + l));
  }
  process.stdout.write(out.join("\n") + "\n");
  const v = (w as any).cluster.list("v1", "PersistentVolume"); process.stdout.write(JSON.stringify(v.map((x: any) => [x.metadata.name, x.status, x.spec.claimRef]), null, 0) + "\n");
});
