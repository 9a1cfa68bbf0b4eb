import { hasRangeLock } from "../core/contract/clusterIdentity";
import type { KubernetesObject } from "../core/kubernetes";
import { rangeLockApi, rangeLockOf } from "../core/protections/rangeLock";
import type { LockedSet, RangeLock } from "../core/protections/rangeLock";
import type { Problem } from "../core/userError";
import { NotAllowed } from "../live/client/cluster";
import type { Cluster } from "../live/client/cluster";
import { namesakeProblem, readExisting } from "../live/namesake";

/** What is known when the range lock of a half is planned. */
export interface RangeLockSituation {
  readonly set: LockedSet;
  /** The config key `rangeLock`. Undefined: where the cluster can. */
  readonly asked: boolean | undefined;
  /** Whether the half's last completed `up` left a range lock; undefined before the first that could. */
  readonly recorded: boolean | undefined;
  /** The cluster's version; undefined in a preview that cannot reach it. */
  readonly version: string | undefined;
}

/**
 * The range lock to declare, or undefined if there is to be none. Costs nothing where the last `up` left one; otherwise two
 * requests, which ask the API server to accept it: so what speaks against it is told before anything is declared.
 */
export async function planRangeLock(
  cluster: Cluster,
  { set, asked, recorded, version }: RangeLockSituation,
  problems: Problem[],
  warnings: string[],
): Promise<RangeLock | undefined> {
  if (asked === false || (version === undefined && recorded !== true)) return undefined;
  const rangeLock = rangeLockOf(set);
  if (recorded === true) return rangeLock;
  const lacking =
    version === undefined || hasRangeLock(version) ? await tryRangeLock(cluster, rangeLock, set, problems) : version;
  if (lacking === undefined) return rangeLock;
  const what = `the cluster has no ValidatingAdmissionPolicy (${lacking}): Kubernetes 1.30 has it`;
  if (asked === true) {
    problems.push({
      where: "rangeLock:",
      what,
      received: true,
      todo: `Upgrade that cluster, or do without: ${without(set)}`,
    });
  } else if (recorded === undefined) {
    warnings.push(
      `no range lock is around ${set.name}: ${what}. Let nobody scale, apply or delete it by hand during the move`,
    );
  }
  return undefined;
}

/** Asks the API server to accept both objects; adds what speaks against them. Returns why it cannot have any, if so. */
async function tryRangeLock(
  cluster: Cluster,
  rangeLock: RangeLock,
  set: LockedSet,
  problems: Problem[],
): Promise<string | undefined> {
  const ask = async (object: KubernetesObject) => ({ object, refused: await cluster.tryCreate(object) });
  try {
    const answers = await Promise.all([rangeLock.policy, rangeLock.binding].map(ask));
    if (answers.some(({ refused }) => refused?.reason === "NotFound")) return `${rangeLockApi} does not serve it`;
    const found = await Promise.all(
      answers.map(async ({ object, refused }) => {
        if (refused?.reason === "AlreadyExists") return lockNamesake(cluster, object, set);
        const where = `${object.kind} ${object.metadata.name}`;
        return refused && { where, what: `would be refused: ${refused.message}`, todo: `Do without: ${without(set)}` };
      }),
    );
    problems.push(...found.filter((problem) => problem !== undefined));
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    const rights = "get, create, patch and delete validatingadmissionpolicies and validatingadmissionpolicybindings";
    const todo = `Bind a ClusterRole to it that may ${rights} (admissionregistration.k8s.io), or do without: ${without(set)}`;
    problems.push({ where: "rangeLock:", what: `may not be put up: ${error.message.replace(/\.$/, "")}`, todo });
  }
  return undefined;
}

async function lockNamesake(cluster: Cluster, object: KubernetesObject, set: LockedSet): Promise<Problem | undefined> {
  const problem = namesakeProblem(object, await readExisting(cluster, object));
  return (
    problem && { ...problem, todo: `Remove it if nothing needs it, or do without the range lock: ${without(set)}` }
  );
}

function without({ stack }: LockedSet): string {
  return `pulumi config set rangeLock false -s ${stack}`;
}
