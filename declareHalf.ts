// Not from the index: with Helm and Kustomize that takes a tenth of a second longer.
import { Provider } from "@pulumi/kubernetes/provider";
import type { ProviderArgs } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { failsAsUserError } from "./components/failure";
import { keepAnswersQuiet } from "./components/quietLog";
import { SplitStatefulSet } from "./components/splitStatefulSet";
import { contract } from "./core/contract/record";
import type { WrittenOutputs } from "./core/contract/record";
import { declaredText } from "./core/contract/takenAway";
import { knownInWords, newAndKnown, warnedText } from "./core/contract/warned";
import type { Connection } from "./live/client/cluster";
import type { HalfArgs } from "./plan/arguments";
import { planHalf } from "./plan/half";
import type { HalfPlan } from "./plan/half";

/**
 * The stack outputs of a half: return them from the Pulumi program, since the peer reads them. Undefined: there is no such
 * output this time.
 */
export type CutoverOutputs = {
  readonly [output in keyof WrittenOutputs]:
    pulumi.Output<Exclude<WrittenOutputs[output], undefined>> | Extract<WrittenOutputs[output], undefined>;
};

/**
 * Decides what this `up` may do with one half of a set, and declares it: the whole of a step in one call.
 *
 * @returns the stack outputs. Those that vouch for something resolve only after the live set was read again.
 * @throws pulumi.RunError with every problem in one message if the `up` may not run. Nothing has been declared then.
 */
export async function declareHalf(args: HalfArgs): Promise<CutoverOutputs> {
  keepAnswersQuiet();
  const preview = pulumi.runtime.isDryRun();
  const plan = await failsAsUserError(() => planHalf(args, preview)).catch(async (error: unknown) => {
    // Known or not: why this `up` is refused may stand in them.
    for (const warning of args.workload.warnings) await pulumi.log.warn(warning);
    throw error;
  });
  const warnings = [...args.workload.warnings, ...plan.warnings];
  const { fresh, known } = newAndKnown(warnings, plan.warned);
  for (const warning of fresh) await pulumi.log.warn(warning);
  if (preview && known.length > 0) await pulumi.log.info(knownInWords(known));
  // For the comment on a pull request, and for who is asked to confirm.
  if (preview && plan.stepWords !== undefined) await pulumi.log.info(plan.stepWords);
  for (const note of plan.notes) await pulumi.log.info(note);

  const { decision, workload } = plan;
  const connection = plan.cluster.connection ?? args.connection;
  if (connection.kubeconfig !== args.connection.kubeconfig) {
    await pulumi.log.info(`context ${connection.context}: reached by the service account of this pod`);
  }
  const provider = new Provider("cluster", providerArgs(connection, plan));
  const half = new SplitStatefulSet(workload.set.metadata.name, plan, { provider });

  // Every output depends on the proof: a failed `up` keeps the earlier value of an output that rejects.
  const proven = <T>(value: T): pulumi.Output<T> => half.held.apply(() => value);
  const isSource = decision.side === "source";
  const outputs: CutoverOutputs = {
    contract: proven(contract),
    side: proven(decision.side),
    cutoverIndex: proven(decision.cutoverIndex),
    cluster: proven(plan.clusterUid),
    set: proven(plan.identity),
    held: half.held,
    turn: proven(decision.turn),
    declared: proven(declaredText(workload.belongings)),
    rangeLock: proven(plan.rangeLock !== undefined),
    peerTurn: proven(decision.peerTurn),
    warned: warnings.length > 0 ? proven(warnedText(warnings)) : undefined,
    fenced: plan.fenced.length > 0 ? proven(plan.fenced) : undefined,
    offer: isSource ? half.offer : undefined,
    inventory: isSource ? half.inventory : undefined,
    carried: isSource ? half.carried : undefined,
  };
  // Pulumi warns of an output that is undefined.
  return Object.fromEntries(Object.entries(outputs).filter(([, output]) => output !== undefined)) as CutoverOutputs;
}

/** Every switch of the provider that could hide or lose something is set here, whatever the environment says. */
function providerArgs({ context, kubeconfig }: Connection, plan: HalfPlan): ProviderArgs {
  return {
    context,
    // For custom resources that name no namespace.
    namespace: plan.workload.namespace,
    // An output even where there is none: otherwise the SDK records this person's KUBECONFIG. The provider reads it anyway.
    kubeconfig: kubeconfig === undefined ? pulumi.output(undefined) : pulumi.secret(kubeconfig),
    // Left out, another server address in a kubeconfig makes Pulumi replace the provider, and with it every object.
    clusterIdentifier: plan.clusterUid,
    enableServerSideApply: true,
    // Changed Secrets and ConfigMaps are updated in place, not replaced under running pods.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // An object that an interrupted `up` created is taken up again; namesakes of others are refused before.
    upsertExistingObjects: true,
    // An unreachable cluster is an error, never a silent success.
    skipUpdateUnreachable: false,
    deleteUnreachable: false,
    enablePatchForce: false,
  };
}
