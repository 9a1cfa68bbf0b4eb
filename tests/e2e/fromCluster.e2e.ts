/**
 * A set that really runs is read, rehearsed and written down as a project, and that project takes it over with the real
 * engine. Nothing is written in a cluster before its first `up`.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sides } from "../../core/ordinals";
import type { RehearsalReport } from "../../rehearsal/engine/report";
import { contextOf, giveRights, kubeconfigIn } from "./accounts";
import { useGround } from "./ground";
import type { Ground } from "./ground";
import { runProcess } from "./pulumiProcess";
import type { Ended } from "./pulumiProcess";
import { pathOf, runAlready, runningManifest } from "./runningSet";
import { describeInWhole, describeOnClusters, tell } from "./tools";
import { createVolumesForSet } from "../../dev/playground/storage";

const repository = resolve(__dirname, "../..");
const namespace = "found";

/** Kinds whose objects a stray write would touch. */
const watched = [
  ...["/api/v1/namespaces", "/api/v1/persistentvolumes", "/apis/storage.k8s.io/v1/storageclasses"],
  "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
  ...["pods", "persistentvolumeclaims", "services", "secrets", "configmaps", "serviceaccounts"].map(
    (plural) => `/api/v1/namespaces/${namespace}/${plural}`,
  ),
  `/apis/apps/v1/namespaces/${namespace}/statefulsets`,
  `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`,
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
];

/** Every object of these kinds, with its version. */
async function versions(ground: Ground): Promise<string[]> {
  interface List {
    readonly items: readonly { readonly metadata: { readonly name: string; readonly resourceVersion: string } }[];
  }
  const found: string[] = [];
  for (const side of sides) {
    for (const path of watched) {
      const { items } = await ground.client(side).get<List>(path);
      found.push(...items.map(({ metadata }) => `${side} ${path} ${metadata.name} ${metadata.resourceVersion}`));
    }
  }
  return found;
}

/** Every file of a folder, path to text. */
function filesIn(folder: string, below = ""): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) Object.assign(files, filesIn(folder, path));
    else if (entry.isFile()) files[path] = readFileSync(join(folder, path), "utf8");
  }
  return files;
}

describeOnClusters("a set that really runs", () => {
  const ground = useGround();
  let root: string;
  let project: string;
  let env: NodeJS.ProcessEnv;

  const cutover = async (...args: string[]): Promise<Ended> => {
    const bin = join(repository, "bin", "cutover.js");
    const ended = await runProcess(process.execPath, [bin, "rehearse", ...args], { cwd: root, env });
    tell(`cutover rehearse ${args.join(" ")} ended with ${ended.code} in ${ended.ms} ms`);
    return ended;
  };
  const fromSource = (...more: string[]): Promise<Ended> =>
    cutover("--from-cluster", "source", "--set", `${namespace}/web`, ...more);

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "cutover-e2e-found-"));
    project = join(root, "moves", "web");
    env = { PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: ground().kubeconfig };
    const volumes = { namespace, set: "web", template: "data", replicas: 3 };
    await createVolumesForSet(ground().client("source"), volumes);
    await runAlready(ground(), namespace, runningManifest(namespace), "kubectl apply");
  }, 60_000);

  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  test("is rehearsed and written down, and nothing is written in a cluster", async () => {
    const before = await versions(ground());
    const { code, stdout, output } = await fromSource(
      ...["--destination-context", "destination", "--init", "moves/web", "--json"],
    );
    expect([code, output]).toEqual([0, expect.stringContaining("Wrote 18 files to moves/web")]);
    expect(await versions(ground())).toEqual(before);
    const { set, steps, violations } = JSON.parse(stdout) as RehearsalReport;
    expect([set.name, violations, steps.length]).toEqual(["web", [], 7]);
    const carried = steps[1]?.destination.operations.filter(({ type }) => type.endsWith(":PersistentVolume"));
    expect(carried?.map(({ name }) => name)).toEqual([`disk-${namespace}-data-web-1`]);
    const files = filesIn(project);
    expect(Object.keys(files).sort()).toEqual([
      ...[".github/workflows/preview.yml", ".github/workflows/walk.yml", ".gitignore"],
      ...["Pulumi.destination.yaml", "Pulumi.source.yaml", "Pulumi.yaml", "README.md", "index.js"],
      ...["poddisruptionbudget-web", "role-web", "rolebinding-web", "service-web-front", "service-web"].map(
        (name) => `manifests/${name}.yaml`,
      ),
      ...["serviceaccount-web", "statefulset-web"].map((name) => `manifests/${name}.yaml`),
      ...["package-lock.json", "package.json", "statefulset-cutover-0.1.0.tgz"],
    ]);
    expect(readdirSync(join(root, "moves"))).toEqual(["web"]);
    // Neither the Secret's value nor its base64 is anywhere.
    const encoded = Buffer.from("correct-horse").toString("base64");
    for (const text of [output, ...Object.values(files)]) {
      expect(text).not.toContain("correct-horse");
      expect(text).not.toContain(encoded);
    }
    const again = await fromSource("--init", "moves/web");
    expect([again.code, again.output]).toEqual([2, expect.stringContaining("is a folder with files in it")]);
    expect(filesIn(project)).toEqual(files);
    expect((await cutover("--config-dir", "moves/web", "--one-way")).code).toBe(0);
  });

  test("what a real up would refuse is refused, in the same words", async () => {
    const client = ground().client("source");
    await client.create(pathOf(namespace, "HorizontalPodAutoscaler"), {
      ...{ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name: "web" } },
      spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: "apps/v1", kind: "StatefulSet", name: "web" } },
    });
    const scaled = await fromSource();
    await client.delete(pathOf(namespace, "HorizontalPodAutoscaler", "web"));
    expect([scaled.code, scaled.stdout]).toEqual([2, ""]);
    expect(scaled.output).toContain(
      `HorizontalPodAutoscaler ${namespace}/web scales the set, and would undo the steps`,
    );

    const destination = ground().client("destination");
    const shared = "/apis/storage.k8s.io/v1/storageclasses/shared";
    await destination.delete(shared);
    const lacking = await fromSource("--destination-context", "destination");
    await destination.create("/apis/storage.k8s.io/v1/storageclasses", {
      ...{ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "shared" } },
      ...{ provisioner: "kubernetes.io/no-provisioner", reclaimPolicy: "Delete", volumeBindingMode: "Immediate" },
    });
    expect(lacking.code).toBe(2);
    expect(lacking.output).toContain("the destination has no StorageClass shared");
  });

  test("with the rights of deploy/rbac alone: what is missing is said, and the rehearsal goes on", async () => {
    await giveRights(ground(), "source", "source", namespace);
    const context = await contextOf(ground(), "source", "source", "limited");
    env = { ...env, KUBECONFIG: kubeconfigIn(root, "limited", [context]) };
    const limited = await cutover("--from-cluster", "limited", "--set", `${namespace}/web`, "--one-way");
    const unknown = await cutover("--from-cluster", "source", "--set", `${namespace}/web`);
    env = { ...env, KUBECONFIG: ground().kubeconfig };
    expect(limited.code).toBe(0);
    expect(limited.output).toContain("warning: --from-cluster limited: no PodDisruptionBudget is taken for the set's");
    expect([unknown.code, unknown.output]).toEqual([
      2,
      'error: --from-cluster: there is no kubeconfig context "source"; there are: limited. Correct the option, or set KUBECONFIG\n',
    ]);
  });

  describeInWhole("and its project", () => {
    test("takes it over without a difference and moves it", async () => {
      const home = join(root, "home");
      for (const folder of [home, join(root, "state")]) mkdirSync(folder);
      const plugins = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
      if (existsSync(plugins)) symlinkSync(plugins, join(home, "plugins"));
      // As the next steps say, and where a colleague would have it.
      const elsewhere = join(root, "elsewhere");
      renameSync(project, elsewhere);
      const installed = await runProcess("npm", ["ci", "--no-audit", "--no-fund"], { cwd: elsewhere, env });
      tell(`npm ci ended with ${installed.code} in ${installed.ms} ms`);
      expect(installed.code).toBe(0);
      const real = {
        ...{ ...env, PULUMI_HOME: home, PULUMI_BACKEND_URL: `file://${join(root, "state")}` },
        ...{ PULUMI_CONFIG_PASSPHRASE: "", PULUMI_SKIP_UPDATE_CHECK: "true" },
      };
      const pulumi = async (...args: string[]): Promise<string> => {
        const more = ["--non-interactive", "--color=never"];
        const { code, output, ms } = await runProcess("pulumi", [...args, ...more], { cwd: elsewhere, env: real });
        tell(`pulumi ${args.join(" ")} ended with ${code} in ${ms} ms`);
        if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${output}`);
        return output.replace(/\s+/g, " ");
      };
      for (const side of ["source", "destination"]) await pulumi("stack", "init", side);
      const uids = async (): Promise<string[]> =>
        [...(await ground().all("source", "pods", namespace)).values()].map(({ metadata }) => metadata.uid);
      const [pods, generation] = [await uids(), (await ground().set("source", namespace, "web"))?.metadata.generation];

      const up = await pulumi("up", "--yes", "--skip-preview", "-s", "source");
      // The log and the diagnostics both say it.
      const taken = up.match(/adopt: \S+ \S+ is taken over[^.]*\. Only annotations are written/g) ?? [];
      expect(new Set(taken).size).toBe(7);
      expect(up).not.toContain("has fields that the manifests lack");
      expect(up).not.toContain("package.json");
      expect(await uids()).toEqual(pods);
      expect((await ground().set("source", namespace, "web"))?.metadata.generation).toBe(generation);

      await pulumi("up", "--yes", "--skip-preview", "-s", "destination");
      await pulumi("config", "set", "cutoverIndex", "2", "-s", "source");
      await pulumi("config", "set", "cutoverIndex", "2", "-s", "destination");
      await pulumi("up", "--yes", "--skip-preview", "-s", "source");
      await pulumi("up", "--yes", "--skip-preview", "-s", "destination");
      expect([...(await ground().all("source", "pods", namespace)).keys()].sort()).toEqual(["web-0", "web-1"]);
      expect([...(await ground().all("destination", "pods", namespace)).keys()]).toEqual(["web-2"]);

      // In the middle of the move: where it stands is read from both live sets, and the rest of the way goes from there.
      const { code, stdout, output } = await fromSource("--destination-context", "destination", "--json");
      const { steps, violations } = JSON.parse(stdout) as RehearsalReport;
      const indexes = steps.map(({ cutoverIndex }) => cutoverIndex);
      expect([code, violations, indexes]).toEqual([0, [], [2, 1, 0, 1, 2, 3]]);
      expect(output).toContain("the source (context source) holds ordinals 0 to 1, turn 2");
      const exchanged = await cutover(
        ...["--from-cluster", "destination", "--set", `${namespace}/web`, "--destination-context", "source"],
      );
      expect([exchanged.code, exchanged.output]).toEqual([2, expect.stringContaining("are exchanged")]);
      const secrets = await ground().all("destination", "secrets", namespace);
      expect([...secrets.keys()]).toContain("web");
    });
  });
});
