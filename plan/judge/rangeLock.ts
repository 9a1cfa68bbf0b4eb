import { namesakeProblem } from "../../core/adopt/namesake";
import { hasRangeLock } from "../../core/contract/clusterIdentity";
import { rangeLockApi, rangeLockOf } from "../../core/protections/rangeLock";
import type { LockedSet, RangeLock } from "../../core/protections/rangeLock";
import type { Problem } from "../../core/userError";
import type { Verdict } from "../../core/verdict";
import type { LockAnswers } from "../../live/rangeLock";

/** What is known when the range lock of a half is planned. */
export interface RangeLockQuestion {
  readonly set: LockedSet;
  /** The config key `rangeLock`. Undefined: where the cluster can. */
  readonly asked: boolean | undefined;
  /** Whether the half's last completed `up` left a range lock; undefined before the first that could. */
  readonly recorded: boolean | undefined;
  /** The cluster's version; undefined in a preview that cannot reach it. */
  readonly version: string | undefined;
  /** Whether the move has ended: everything is the user's again then. */
  readonly ended: boolean;
}

/** A range lock to declare, if there is to be one, and what is to be said of it. */
export interface PlannedRangeLock extends Partial<Verdict> {
  readonly rangeLock?: RangeLock;
}

/** Whether the API server is to be asked to accept the range lock: not where the last `up` left one. */
export function asksRangeLock({ asked, recorded, version, ended }: RangeLockQuestion): boolean {
  return !ended && asked !== false && recorded !== true && version !== undefined && hasRangeLock(version);
}

/**
 * The range lock to declare: what speaks against it is told before anything is declared.
 *
 * @param answers the API server's; undefined if it was not asked.
 */
export function planRangeLock(question: RangeLockQuestion, answers: LockAnswers | undefined): PlannedRangeLock {
  const { set, asked, recorded, version, ended } = question;
  if (ended || asked === false || (version === undefined && recorded !== true)) return {};
  const rangeLock = rangeLockOf(set);
  if (recorded === true) return { rangeLock };
  const lacking = whyNone(version, answers);
  if (lacking === undefined) return { rangeLock, problems: answersAgainst(answers, set) };
  const what = `the cluster has no ValidatingAdmissionPolicy (${lacking}): Kubernetes 1.30 has it`;
  if (asked === true) {
    const todo = `Upgrade that cluster, or do without: ${without(set)}`;
    return { problems: [{ where: "rangeLock:", what, received: true, todo }] };
  }
  if (recorded !== undefined) return {};
  const warning = `no range lock is around ${set.name}: ${what}. Let nobody scale, apply or delete it by hand during the move`;
  return { warnings: [warning] };
}

/** Why the cluster can have none; undefined if it can. */
function whyNone(version: string | undefined, answers: LockAnswers | undefined): string | undefined {
  if (answers === undefined) return version;
  const unserved = "objects" in answers && answers.objects.some(({ refused }) => refused?.reason === "NotFound");
  return unserved ? `${rangeLockApi} does not serve it` : undefined;
}

/** What the API server says against both objects. */
function answersAgainst(answers: LockAnswers | undefined, set: LockedSet): Problem[] {
  if (answers === undefined) return [];
  if ("notAllowed" in answers) {
    const rights = "get, create, patch and delete validatingadmissionpolicies and validatingadmissionpolicybindings";
    const todo = `Bind a ClusterRole to it that may ${rights} (admissionregistration.k8s.io), or do without: ${without(set)}`;
    const what = `may not be put up: ${answers.notAllowed.replace(/\.$/, "")}`;
    return [{ where: "rangeLock:", what, todo }];
  }
  return answers.objects.flatMap(({ wanted, refused, live }): Problem[] => {
    if (refused === undefined) return [];
    if (refused.reason !== "AlreadyExists") {
      const where = `${wanted.kind} ${wanted.metadata.name}`;
      return [{ where, what: `would be refused: ${refused.message}`, todo: `Do without: ${without(set)}` }];
    }
    const namesake = namesakeProblem(wanted, live);
    const todo = `Remove it if nothing needs it, or do without the range lock: ${without(set)}`;
    return namesake === undefined ? [] : [{ ...namesake, todo }];
  });
}

function without({ stack }: LockedSet): string {
  return `pulumi config set rangeLock false -s ${stack}`;
}
