import { stringify } from "yaml";
import { carryKeys } from "../set/carried";
import type { CarriedKind } from "../set/carried";
import type { KubernetesObject } from "../kubernetes";
import { rangeOfSet } from "../kubernetes";
import { endOf, ordinalsText } from "../ordinals";
import type { StartingPoint } from "./startingPoint";
import { ignored, readmeOf } from "./startingReadme";
import { manifestOf } from "./survey";
import type { SetSurvey } from "./survey";

/** The files of a project, path to text. Paths are relative to its folder, with `/` between. */
export type ProjectFiles = Readonly<Record<string, string>>;

/** The entry point that `Pulumi.yaml` names: plain JavaScript, which needs no compiler. */
const entryPoint = "index.js";
const entryText = `// The program of statefulset-cutover. Which set it moves is said in Pulumi.yaml.
module.exports = require("statefulset-cutover/program");
`;

/**
 * The project that moves a running set, ready for its first `up`: manifests of what runs, `adopt: true` on the source,
 * and a cutover index where nothing has moved.
 */
export function startingProject(survey: SetSurvey, point: StartingPoint): ProjectFiles {
  const manifests = manifestFiles(survey);
  return {
    "Pulumi.yaml": projectFile(survey, Object.keys(manifests), point),
    "Pulumi.source.yaml": stackFile([
      ["The kubeconfig context of the cluster that the set leaves.", "kubernetes:context", point.source],
      ...(point.adopt === false ? [] : [takesOver(survey)]),
    ]),
    "Pulumi.destination.yaml": stackFile([
      [
        point.destination === undefined
          ? "The kubeconfig context of the cluster that the set moves to: WRITE ITS NAME HERE."
          : "The kubeconfig context of the cluster that the set moves to.",
        "kubernetes:context",
        point.destination ?? placeholder(point.source),
      ],
    ]),
    ...manifests,
    // Another name than Pulumi's project: a set "statefulset" would make it this package's own.
    "package.json": `${JSON.stringify({ name: `move-${survey.set.metadata.name.slice(0, 80)}`, private: true }, undefined, 2)}\n`,
    [entryPoint]: entryText,
    "README.md": readmeOf(survey, point),
    ".gitignore": ignored,
  };
}

function takesOver(survey: SetSurvey): readonly [comment: string, key: string, value: boolean] {
  const comment =
    "The set runs already: the first up takes it over as it runs, and restarts nothing. Later ups ignore this.";
  return [comment, `${projectName(survey)}:adopt`, true];
}

/** Stands for a context that is not known yet: another one than the source's, or both halves would be one. */
function placeholder(source: string): string {
  return source === "destination" ? "the-destination" : "destination";
}

/** Not the set's name alone: a set may well be called `kubernetes`, whose config is the provider's. */
function projectName({ set }: SetSurvey): string {
  return `${set.metadata.name.slice(0, 80)}-cutover`;
}

function projectFile(survey: SetSurvey, manifests: readonly string[], { batch, leaveOut }: StartingPoint): string {
  const { name, namespace = "default" } = survey.set.metadata;
  const range = rangeOfSet(survey.set);
  const carried = (Object.keys(carryKeys) as CarriedKind[]).flatMap((kind) => {
    const names = survey.carried.filter((one) => one.kind === kind).map((one) => one.name);
    return names.length === 0 ? [] : [`  ${entry(carryKeys[kind], names)}`];
  });
  return [
    entry("name", projectName(survey)),
    entry("description", `Moves StatefulSet ${namespace}/${name} to another cluster, one ordinal per step`),
    `main: ${entryPoint}`,
    "runtime:",
    "  name: nodejs",
    "  options:",
    "    typescript: false",
    "options:",
    "  refresh: always # the live set counts, not what Pulumi remembers of it",
    "config:",
    "  # The YAML files of the set and of what belongs to it, relative to this folder.",
    "  manifests:",
    ...manifests.map((path) => `    - ${path}`),
    ...(leaveOut.length === 0
      ? []
      : ["  # What of them is not declared, in neither cluster.", `  ${entry("leaveOut", leaveOut)}`]),
    ...(carried.length === 0
      ? []
      : ["  # Read from the source at each up, and created in the destination. No value of theirs is in these files."]),
    ...carried,
    ...(batch === undefined ? [] : ["  # How many ordinals one step may move.", `  batch: ${batch}`]),
    `  # THE ONE NUMBER: the first ordinal that lives in the destination. The set has ${ordinalsText(range)}:`,
    `  # at ${endOf(range)} nothing has moved yet, at ${range.start} everything has. A change by one is one step.`,
    `  cutoverIndex: ${endOf(range)}`,
    "",
  ].join("\n");
}

function stackFile(entries: readonly (readonly [comment: string, key: string, value: string | boolean])[]): string {
  const lines = entries.flatMap(([comment, key, value]) => [`  # ${comment}`, `  ${entry(key, value)}`]);
  return ["config:", ...lines, ""].join("\n");
}

/** One line of YAML. */
function entry(key: string, value: string | boolean | readonly string[]): string {
  return stringify({ [key]: value }, { ...yamlOptions, collectionStyle: Array.isArray(value) ? "flow" : "any" })
    .trimEnd()
    .replace(/^\{ (.*) \}$/, "$1");
}

/** As kubectl reads YAML, whose words and numbers are those of YAML 1.1; long lines stay whole. */
const yamlOptions = { version: "1.1", lineWidth: 0 } as const;

/** One file for each object, the set's first. */
function manifestFiles({ set, belongings, objects }: SetSurvey): Record<string, string> {
  const space = objects.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === set.metadata.namespace);
  const namespace = space === undefined ? [] : namespaceManifest(space);
  const files: Record<string, string> = {};
  for (const object of [set, ...namespace, ...belongings].map(manifestOf)) {
    const name = `${object.kind}-${object.metadata.name}`.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
    const taken = (path: string): boolean => Object.hasOwn(files, path);
    let path = `manifests/${name}.yaml`;
    for (let count = 2; taken(path); count += 1) path = `manifests/${name}-${count}.yaml`;
    files[path] = stringify(object, yamlOptions);
  }
  return files;
}

/** A namespace whose labels say something, such as which pods it admits: the destination's is to have them too. */
function namespaceManifest({ metadata }: KubernetesObject): KubernetesObject[] {
  const given = Object.entries(metadata.labels ?? {});
  const labels = Object.fromEntries(given.filter(([name]) => name !== "kubernetes.io/metadata.name"));
  if (Object.keys(labels).length === 0 || metadata.name === "default") return [];
  return [{ apiVersion: "v1", kind: "Namespace", metadata: { name: metadata.name, labels } }];
}
