import { rangeOfSet, titleOf } from "../core/kubernetes";
import { ordinalsText } from "../core/ordinals";
import { podNetworkWarning, unreachableNodes, unreachableVolumes } from "../core/project/reach";
import { standingOf } from "../core/project/standing";
import type { FoundHalf, Standing } from "../core/project/standing";
import { startingProject } from "../core/project/startingProject";
import type { ClusterSurvey, SetSurvey } from "../core/project/survey";
import { throwIfAny, UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { Connection } from "../live/client/cluster";
import type { ClusterReader } from "../live/survey/clusterReader";
import type { SetPlace, Surveyed } from "../live/survey/survey";
import type { HalfOption } from "../live/survey/standing";
import type { RealInput, RehearsalOptions } from "../rehearsal/options";
import type { FromClusterFlags } from "./flags";
import { begunFlagProblems, projectOfMove, standingInWords } from "./begunMove";
import { folderProblems } from "./init";
import type { NewProject } from "./init";
import { writeLines } from "./io";
import type { Io } from "./io";

/** How clusters are looked at. */
export interface Surveyor {
  readonly readCluster: (connection: Connection) => ClusterReader;
  readonly lookAtHalf: (reader: ClusterReader, place: SetPlace, option: HalfOption) => Promise<FoundHalf>;
  readonly surveySet: (reader: ClusterReader, place: SetPlace) => Promise<Surveyed<SetSurvey>>;
  readonly surveyDestination: (
    reader: ClusterReader,
    context: string,
    source: SetSurvey,
  ) => Promise<Surveyed<ClusterSurvey>>;
}

/** Loads it only when it is asked for. */
export type LoadSurveyor = () => Promise<Surveyor>;

export const realSurveyor: LoadSurveyor = async () => ({
  readCluster: (await import("../live/survey/clusterReader")).readCluster,
  lookAtHalf: (await import("../live/survey/standing")).lookAtHalf,
  surveySet: (await import("../live/survey/survey")).surveySet,
  surveyDestination: (await import("../live/survey/survey")).surveyDestination,
});

/** What to rehearse instead of a folder, and the project to write if one is asked for. */
export interface FromCluster {
  readonly real: RealInput;
  readonly project: NewProject | undefined;
}

interface OtherFlags {
  readonly manifests?: readonly string[];
  readonly configDir?: string;
  readonly namespace?: string;
}

const setName = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)\/([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)$/;

/** What is wrong with the options about real clusters, each on its own and all together. */
export function clusterFlagProblems(flags: FromClusterFlags & OtherFlags, cwd: string): Problem[] {
  const { fromCluster, set, destinationContext, init } = flags;
  if (fromCluster === undefined) {
    const todo = "Say in which kubeconfig context the set runs: --from-cluster CONTEXT --set NAMESPACE/NAME";
    const given = { "--set": set, "--destination-context": destinationContext, "--init": init };
    return Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([where]) => ({ where, what: "goes with --from-cluster, which is not given", todo }));
  }
  const { manifests, configDir, namespace } = flags;
  const others = { "--manifests": manifests, "--namespace": namespace };
  const problems: Problem[] = Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([where]) => ({
      where,
      what: "does not go with --from-cluster, which takes the set as it runs",
      todo: "Leave one of the two out",
    }));
  if (configDir !== undefined && init !== undefined) {
    const what = "does not go with --config-dir: that folder has a project already";
    problems.push({ where: "--init", what, todo: "Leave one of the two out" });
  }
  const contexts = { "--from-cluster": fromCluster, "--destination-context": destinationContext };
  for (const [where, context] of Object.entries(contexts)) {
    if (context?.trim() !== "") continue;
    problems.push({ where, what: "is empty", legal: "a kubeconfig context", todo: "kubectl config get-contexts" });
  }
  if (fromCluster !== "" && fromCluster === destinationContext) {
    const what = "is the context of --from-cluster: both halves would be one cluster";
    problems.push({ where: "--destination-context", what, received: fromCluster, todo: "Name the cluster to move to" });
  }
  const legal = "NAMESPACE/NAME of a StatefulSet";
  if (set === undefined) {
    problems.push({ where: "--set", what: "is not given", legal, todo: "kubectl get statefulsets --all-namespaces" });
  } else if (!setName.test(set)) {
    problems.push({ where: "--set", what: "is not legal", received: set, legal, todo: "Correct the option" });
  }
  return [...problems, ...(init === undefined ? [] : folderProblems(init, cwd))];
}

/**
 * Reads the set that really runs, and the cluster that it is to move to; says on stderr what was found.
 *
 * @returns undefined where no cluster is asked for.
 * @throws UserError if something cannot be read. Nothing has been written anywhere.
 */
export async function fromCluster(
  flags: FromClusterFlags & Pick<OtherFlags, "configDir">,
  { batch, leaveOut = [] }: Pick<RehearsalOptions, "batch" | "leaveOut">,
  io: Io,
  load: LoadSurveyor,
): Promise<FromCluster | undefined> {
  const { fromCluster: context, set = "", destinationContext, init } = flags;
  if (context === undefined) return undefined;
  const [, namespace = "", , name = ""] = setName.exec(set) ?? [];
  const surveyor = await load();
  const { standing, lines } = await whereItStands(surveyor, { context, namespace, name }, destinationContext);
  if (standing !== undefined)
    throwIfAny(begunFlagProblems(standing, { ...(init === undefined ? {} : { init }), batch }));
  const found = await surveyor.surveySet(surveyor.readCluster({ context }), { context, namespace, name });
  writeLines(io.stderr, [...described(found.survey, context), ...warnings(found)]);
  const destination = await surveyOther(surveyor, destinationContext, found, io);
  writeLines(io.stderr, lines);
  const source = found.survey;
  const point = { source: context, destination: destinationContext, batch, leaveOut };
  const begun = standing === undefined ? {} : { standing };
  if (flags.configDir !== undefined) return { real: { source, destination, ...begun }, project: undefined };
  const files =
    standing === undefined ? startingProject(source, point) : projectOfMove(source, destination, standing, point);
  return {
    real: { source, destination, files, ...begun },
    project:
      init === undefined ? undefined : { folder: init, files, destinationKnown: destinationContext !== undefined },
  };
}

/** Where the move stands if it has begun, and that in words. */
async function whereItStands(
  { readCluster, lookAtHalf }: Surveyor,
  place: SetPlace,
  destinationContext: string | undefined,
): Promise<{ readonly standing: Standing | undefined; readonly lines: readonly string[] }> {
  const other = destinationContext === undefined ? undefined : { ...place, context: destinationContext };
  const [source, destination] = await Promise.all([
    lookAtHalf(readCluster({ context: place.context }), place, "--from-cluster"),
    other && lookAtHalf(readCluster({ context: other.context }), other, "--destination-context"),
  ]);
  if (destination?.clusterUid === source.clusterUid) {
    const what = "leads to the cluster of --from-cluster (uid of kube-system): both halves would be one";
    const todo = "Name the context of the cluster to move to";
    throw new UserError([{ where: "--destination-context", what, received: destinationContext, todo }]);
  }
  const { value: standing, problems } = standingOf({ source, destination });
  throwIfAny(problems);
  const lines = standing && destination ? standingInWords(standing, source, destination) : [];
  return { standing, lines };
}

async function surveyOther(
  { readCluster, surveyDestination }: Surveyor,
  context: string | undefined,
  source: Surveyed<SetSurvey>,
  io: Io,
): Promise<ClusterSurvey> {
  if (context === undefined) {
    writeLines(io.stderr, [
      "warning: without --destination-context the destination is assumed to have the version, the storage classes and the " +
        "CSI drivers of the source, and nothing that is in the way",
    ]);
    const { version, nodes, storageClasses, drivers } = source.survey;
    return { version, nodes, storageClasses, drivers, objects: [] };
  }
  const found = await surveyDestination(readCluster({ context }), context, source.survey);
  const { version, storageClasses, drivers } = found.survey;
  writeLines(io.stderr, [
    `Destination: context ${context} (${version}), storage classes ${names(storageClasses)}, CSI drivers ${names(drivers)}.`,
    ...warnings({ ...found, warnings: [...found.warnings, ...reachWarnings(source.survey, found.survey)] }),
  ]);
  return found.survey;
}

/** What a simulated cluster cannot show, and the real ones tell. */
function reachWarnings({ nodes, volumes, set }: SetSurvey, destination: ClusterSurvey): string[] {
  const networks = podNetworkWarning(nodes, destination.nodes);
  return [
    ...(networks === undefined ? [] : [networks]),
    ...unreachableVolumes(volumes, destination.nodes),
    ...unreachableNodes(set, destination.nodes),
  ];
}

function names(objects: ClusterSurvey["drivers"]): string {
  return objects.map(({ metadata }) => metadata.name).join(", ") || "none";
}

function warnings({ warnings: texts }: Surveyed<unknown>): string[] {
  return texts.map((text) => `warning: ${text}`);
}

function described(survey: SetSurvey, context: string): string[] {
  const { set, claims, volumes, belongings, carried, left, version } = survey;
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const line = (title: string, texts: readonly string[]): string[] =>
    texts.length === 0 ? [] : [`  ${title.padEnd(14)}${texts.join(", ")}`];
  return [
    `Found in context ${context} (${version}), and only read: ${titleOf(set)}, ${ordinalsText(rangeOfSet(set))}, ` +
      `${count(claims.length, "claim")}, ${count(volumes.length, "volume")}.`,
    ...line(
      "manifests:",
      belongings.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ),
    ...line(
      "carried:",
      carried.map(({ kind, name }) => `${kind} ${name}`),
    ),
    ...left.map((text) => `  left to you:  ${text}`),
  ];
}
