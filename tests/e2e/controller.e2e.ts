/**
 * The rehearsal's StatefulSet controller beside the real one: random lives of a set, led in a simulated cluster and on a real
 * control plane. `E2E_SEED` chooses other ones, `E2E_LIVES` how many, `E2E_LIFE` one of
 * them alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBinaries } from "../../dev/playground/build";
import { ControlPlane } from "../../dev/playground/controlPlane";
import { talkTo } from "../../dev/playground/talk";
import { compareLife } from "./controllerComparison";
import type { Comparison } from "./controllerComparison";
import { sequencesOf } from "./controllerSequence";
import type { Sequence } from "./controllerSequence";
import { watchedKinds } from "./controllerWorlds";
import { until } from "./ground";
import { describeOnClusters, tell, wholeSuite } from "./tools";
import { FollowedCluster } from "./followedCluster";

const seed = Number(process.env.E2E_SEED ?? Date.now() % 1_000_000);
/** Lives that are led at the same time. */
const atOnce = 20;

interface Run {
  readonly lives: number;
  readonly maxUnavailable: boolean;
}

/** Starts a control plane, leads the lives and tells which parted. */
async function run({ lives, maxUnavailable }: Run): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cutover-e2e-controller-"));
  const binaries = await ensureBinaries(talkTo(process.stderr, process.env));
  const plane = ControlPlane.create(join(folder, "source"), {
    ...{ context: "source", number: 1, binaries },
    ...(maxUnavailable ? { featureGates: "MaxUnavailableStatefulSet=true" } : {}),
  });
  let cluster: FollowedCluster | undefined;
  try {
    await plane.start();
    cluster = new FollowedCluster(plane.kubeconfig, "source");
    await cluster.watch(watchedKinds);
    const comparisons = await leadAll(cluster, sequencesOf(seed, lives, { maxUnavailable }), maxUnavailable);
    // Where they parted has been told above.
    expect(comparisons.filter(({ difference }) => difference !== undefined).length).toBe(0);
  } finally {
    cluster?.close();
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function leadAll(
  cluster: FollowedCluster,
  sequences: readonly Sequence[],
  maxUnavailable: boolean,
): Promise<Comparison[]> {
  const startedMs = Date.now();
  const comparisons: Comparison[] = [];
  const only = process.env.E2E_LIFE;
  const queue = [...sequences.entries()].filter(([index]) => only === undefined || index === Number(only));
  const worker = async (_: unknown, number: number): Promise<void> => {
    const namespace = `lives-${number}`;
    await createNamespace(cluster, namespace);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, sequence] = next;
      const comparison = await compareLife(sequence, { cluster, namespace, name: `s${index}`, maxUnavailable });
      comparisons.push(comparison);
      if (comparison.difference === undefined) continue;
      tell(`life ${index} of seed ${seed}: ${JSON.stringify(sequence.circumstances)}`);
      tell(JSON.stringify(comparison.difference, null, 2));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, sequences.length) }, worker));
  const sum = (count: (each: Comparison) => number): number => comparisons.reduce((all, each) => all + count(each), 0);
  const parted = comparisons.filter(({ difference }) => difference !== undefined).length;
  tell(
    `seed ${seed}${maxUnavailable ? ", MaxUnavailableStatefulSet" : ""}: ${comparisons.length} lives, ${sum((each) => each.effective)} of ${sum((each) => each.operations)} operations had something to act on; ${parted} lives parted; ${Math.round((Date.now() - startedMs) / 1000)} s`,
  );
  return comparisons;
}

async function createNamespace({ client }: FollowedCluster, name: string): Promise<void> {
  await client.create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
  // Without it no pod may be made.
  await until(`the service account of ${name}`, async () => (await client.find(account)) !== undefined);
}

describeOnClusters("the simulated StatefulSet controller is the real one", () => {
  const lives = Number(process.env.E2E_LIVES ?? (wholeSuite ? 300 : 30));

  test("random lives", () => run({ lives, maxUnavailable: false }), 45 * 60_000);

  (wholeSuite ? test : test.skip)(
    "random lives with maxUnavailable, whose feature gate is off by default",
    () => run({ lives: Math.ceil(lives / 4), maxUnavailable: true }),
    45 * 60_000,
  );
});
