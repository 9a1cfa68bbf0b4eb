import { rangeLockApi, rangeLockOf, isDeniedBy } from "../core/protections/rangeLock";
import type { RangeLock, LockedSet } from "../core/protections/rangeLock";
import { hasRangeLock } from "../core/contract/clusterIdentity";
import type { KubernetesObject, StatefulSet } from "../core/kubernetes";
import type { Problem } from "../core/userError";
import { NotAllowed } from "./client/cluster";
import type { Cluster } from "./client/cluster";
import { namesakeProblem, readExisting } from "./namesake";

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

/** How long to wait for a range lock to act. */
export interface LockPatience {
  readonly limitMs: number;
  readonly pauseMs: number;
}

const patience: LockPatience = { limitMs: 10_000, pauseMs: 100 };

/**
 * Waits until the API server enforces a range lock that was just written: it takes notice of policies about once a second.
 * Asks it to create the set without its annotations, as a dry run, until the range lock denies that. An API server that runs
 * several times answers for the one that was asked.
 *
 * @param wanted the set as in the manifests. Whether it exists makes no difference: admission comes first.
 * @returns undefined if it acts, or if half of it is missing; otherwise a sentence that says so.
 */
export async function waitUntilLocked(
  cluster: Cluster,
  rangeLock: RangeLock,
  wanted: StatefulSet,
  { limitMs, pauseMs }: LockPatience = patience,
): Promise<string | undefined> {
  const both = await Promise.all([rangeLock.policy, rangeLock.binding].map((object) => readExisting(cluster, object)));
  // The one that is written later waits.
  if (both.includes(undefined)) return undefined;
  let last = "it would create the set";
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    const refused = await cluster.tryCreate(wanted);
    if (refused !== undefined && isDeniedBy(rangeLock, refused.message)) return undefined;
    last = refused?.message ?? last;
    await pause(pauseMs);
  }
  return (
    `the range lock ${rangeLock.policy.metadata.name} does not act after ${limitMs / 1_000} s (the API server says: ${last}). Until ` +
    "it does, let nobody scale, apply or delete the set by hand; the step itself does not depend on it"
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
