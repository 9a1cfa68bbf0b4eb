import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadSurveyor } from "../../cli/fromCluster";
import { writeProject } from "../../cli/init";
import type { RehearseFlags } from "../../cli/flags";
import { runRehearse } from "../../cli/rehearse";
import type { Rehearse } from "../../cli/rehearse";
import { copyOf } from "../../core/json";
import type { StatefulSet } from "../../core/kubernetes";
import { UserError } from "../../core/userError";
import { lookAtHalf } from "../../live/survey/standing";
import { surveyDestination, surveySet } from "../../live/survey/survey";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import { rehearse } from "../../rehearsal/rehearse";
import type { RehearsalOptions } from "../../rehearsal/rehearse";
import { runningCluster, runningSet, SimulatedReader } from "../live/simulatedReader";
import { fakeIo } from "./fixture";

jest.setTimeout(60_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cutover-init-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const io = () => ({ ...fakeIo(), cwd: folder });
const real: RehearseFlags = { fromCluster: "old", set: "shop/web", oneWay: true };

/** Looks at simulated clusters, by context. */
function surveyorOf(clusters: Readonly<Record<string, SimulatedReader>>): LoadSurveyor {
  const readCluster = ({ context }: { context: string }): SimulatedReader => {
    const reader = clusters[context];
    if (reader === undefined) throw new Error(`asked for ${context}`);
    return reader;
  };
  return () => Promise.resolve({ readCluster, lookAtHalf, surveySet, surveyDestination });
}

const never: LoadSurveyor = () => Promise.reject(new Error("looked at"));
const notRun: Rehearse = ({ problems }) => Promise.reject(new UserError(problems));

async function problemsOf(flags: RehearseFlags): Promise<string[]> {
  const error: unknown = await runRehearse(flags, io(), notRun, never).catch((e: unknown) => e);
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return error.problems.map(({ where, what }) => `${where} ${what}`);
}

test("a set that runs is described, rehearsed and written down", async () => {
  const seen: RehearsalOptions[] = [];
  const spy: Rehearse = (options, listener) => {
    seen.push(options);
    return rehearse(options, listener);
  };
  const out = io();
  const clusters = { old: runningCluster(), new: runningCluster(undefined, { name: "other" }) };
  const other = clusters.new.cluster;
  for (const object of other.objects("apps/v1", "StatefulSet", "shop")) {
    other.delete({ apiVersion: "apps/v1", kind: "StatefulSet", namespace: "shop", name: object.metadata.name });
  }
  other.settle();
  other.delete({ apiVersion: "v1", kind: "Namespace", name: "shop" });
  other.settle();
  const code = await runRehearse(
    { ...real, destinationContext: "new", init: "moves/web" },
    out,
    spy,
    surveyorOf(clusters),
  );
  const [found, manifests, carried, ...rest] = out.err().split("\n");
  expect(code).toBe(0);
  expect(found).toBe(
    "Found in context old (v1.33.1), and only read: StatefulSet shop/web, ordinals 0 to 2, 3 claims, 3 volumes.",
  );
  expect(manifests).toBe(
    "  manifests:    Service web, Service web-front, ServiceAccount web, PodDisruptionBudget web, NetworkPolicy web",
  );
  expect(carried).toBe("  carried:      Secret web, ConfigMap web");
  expect(rest).toContain("Destination: context new (v1.33.1), storage classes fast, CSI drivers disk.example.com.");
  const steps = rest.slice(rest.findIndex((line) => line.startsWith("Wrote")));
  expect(steps[0]).toBe(
    "Wrote 18 files to moves/web: the project that was rehearsed, for a repository of its own. What comes next:",
  );
  expect(steps.slice(1, 4)).toEqual(["    cd moves/web", "    npm ci", "    npx cutover rehearse"]);
  expect(steps).toContain("    pulumi preview -s source      # compares all of it with what runs");
  expect(out.out()).toContain("All well: web (ordinals 0 to 2) moved in 3 steps");

  const files = seen[0]?.real?.files ?? {};
  for (const [name, text] of Object.entries(files)) {
    const written = readFileSync(join(folder, "moves/web", name), "utf8");
    if (name === "package.json") expect(JSON.parse(written)).toMatchObject(JSON.parse(text) as object);
    else expect(written).toBe(text);
  }
  expect(readdirSync(join(folder, "moves"))).toEqual(["web"]);
  // And it is a project that can be rehearsed by itself.
  const again = await rehearse({ cwd: folder, configDir: "moves/web", oneWay: true, problems: [] });
  expect(again.violations).toEqual([]);
});

test("without a destination this is said, and its context is left to write", async () => {
  const out = io();
  expect(await runRehearse({ ...real, init: "." }, out, rehearse, surveyorOf({ old: runningCluster() }))).toBe(0);
  expect(out.err()).toContain(
    "warning: without --destination-context the destination is assumed to have the version, the storage classes and the " +
      "CSI drivers of the source, and nothing that is in the way\n",
  );
  expect(out.err()).toContain("    # write the destination's context into Pulumi.destination.yaml\n");
  expect(readdirSync(folder).sort()).toEqual([
    ...[
      ".github",
      ".gitignore",
      "Pulumi.destination.yaml",
      "Pulumi.source.yaml",
      "Pulumi.yaml",
      "README.md",
      "index.js",
    ],
    ...["manifests", "package-lock.json", "package.json", "statefulset-cutover-0.1.0.tgz"],
  ]);
});

test("a project is written although its first up would be refused: it is where to mend that", async () => {
  const reader = runningCluster();
  reader.cluster.setPodFault("shop", "web-1", "neverReady");
  reader.cluster.settle();
  const out = io();
  const run = runRehearse({ ...real, init: "web" }, out, rehearse, surveyorOf({ old: reader }));
  await expect(run).rejects.toThrow("StatefulSet shop/web has 2 of 3 pods Ready");
  expect(out.err()).toContain("Wrote 18 files to web");
  expect(existsSync(join(folder, "web/Pulumi.yaml"))).toBe(true);
});

test("two contexts of one cluster are told by its uid", async () => {
  const reader = runningCluster();
  const flags = { ...real, destinationContext: "alias", init: "web" };
  const run = runRehearse(flags, io(), rehearse, surveyorOf({ old: reader, alias: reader }));
  await expect(run).rejects.toThrow(
    '--destination-context leads to the cluster of --from-cluster (uid of kube-system): both halves would be one (received "alias")',
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("nodes that the pods ask for and the destination does not have are told", async () => {
  const set = copyOf(runningSet) as StatefulSet;
  set.spec.template.spec.nodeSelector = { pool: "db" };
  const clusters = { old: runningCluster(set), new: new SimulatedReader(new SimulatedCluster({ name: "other" })) };
  const out = io();
  await runRehearse({ ...real, destinationContext: "new" }, out, notRun, surveyorOf(clusters)).catch(() => undefined);
  expect(out.err()).toContain(
    "warning: the pods are for nodes with pool db (spec.template.spec.nodeSelector), and the destination has none: they would " +
      "not start there. Change it in the destination by patches\n",
  );
});

test("an index out of range: nothing is written", async () => {
  const run = runRehearse({ ...real, from: "9", init: "web" }, io(), rehearse, surveyorOf({ old: runningCluster() }));
  await expect(run).rejects.toThrow("--from is out of range");
  expect(readdirSync(folder)).toEqual([]);
});

test("options that do not go together are told at once, and no cluster is looked at", async () => {
  expect(await problemsOf({ set: "shop/web", destinationContext: "new", init: "x" })).toEqual([
    ...["--set", "--destination-context", "--init"].map((o) => `${o} goes with --from-cluster, which is not given`),
  ]);
  const others = { manifests: ["a.yaml"], namespace: "y" };
  expect(await problemsOf({ ...real, configDir: "x", init: "y" })).toEqual([
    "--init does not go with --config-dir: that folder has a project already",
  ]);
  expect(
    await problemsOf({ fromCluster: "old", destinationContext: "old", set: "web", batch: "0", ...others }),
  ).toEqual([
    "--batch is not legal",
    ...["--manifests", "--namespace"].map(
      (o) => `${o} does not go with --from-cluster, which takes the set as it runs`,
    ),
    "--destination-context is the context of --from-cluster: both halves would be one cluster",
    "--set is not legal",
  ]);
  expect(await problemsOf({ fromCluster: "", init: "" })).toEqual([
    ...["--from-cluster is empty", "--set is not given", "--init is empty"],
  ]);
});

test("a folder with something in it, and a file, are refused and stay as they are", async () => {
  mkdirSync(join(folder, "full"));
  for (const name of ["full/notes.txt", "file"]) writeFileSync(join(folder, name), "mine");
  expect(await problemsOf({ ...real, init: "full" })).toEqual([
    "--init is a folder with files in it, which stay as they are",
  ]);
  expect(await problemsOf({ ...real, init: "file" })).toEqual(["--init is no folder"]);
  expect(readFileSync(join(folder, "full/notes.txt"), "utf8")).toBe("mine");
});

test("a folder that somebody fills while the cluster is read stays as it is", () => {
  writeFileSync(join(folder, "notes.txt"), "mine");
  const project = { folder: ".", files: { "Pulumi.yaml": "name: web\n" }, destinationKnown: true };
  expect(() => {
    writeProject(project, folder);
  }).toThrow("--init is a folder with files in it");
  expect(readdirSync(folder)).toEqual(["notes.txt"]);
});

// Root may write anywhere.
(process.getuid?.() === 0 ? test.skip : test)("a folder that may not be written to: nothing is left", async () => {
  chmodSync(folder, 0o500);
  const run = runRehearse({ ...real, init: "web" }, io(), rehearse, surveyorOf({ old: runningCluster() }));
  await expect(run).rejects.toThrow("--init cannot be written (EACCES), and nothing was");
  chmodSync(folder, 0o700);
  expect(readdirSync(folder)).toEqual([]);
});

test("a path through a file cannot be made, and nothing is left", async () => {
  writeFileSync(join(folder, "file"), "mine");
  const flags = { ...real, init: "file/web" };
  const run = runRehearse(flags, io(), rehearse, surveyorOf({ old: runningCluster() }));
  await expect(run).rejects.toThrow(/--init cannot be (written|looked at) \((ENOTDIR|EEXIST)\)/);
  expect(readdirSync(folder)).toEqual(["file"]);
});
