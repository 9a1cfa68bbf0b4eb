import { readFile as readFileFromDisk, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";

import type { KubernetesObject } from "../core/kubernetes";
import type { Side } from "../core/ordinals";
import type { ProjectFiles } from "../core/project/startingProject";
import type { Standing } from "../core/project/standing";
import type { ClusterSurvey, SetSurvey } from "../core/project/survey";
import { isFirst, throwIfAny, UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import { allRead } from "../core/verdict";
import type { Reading } from "../core/verdict";
import type { GivenIndex } from "../core/set/indexRange";
import { readInput } from "../input";
import type { Input, ReadFile } from "../input";
import { isStackName } from "../settings/half";
import type { MovedSet } from "./invariants";
import type { RehearsalOptions } from "./options";
import { readProjectConfig, withCutoverIndex } from "./projectConfig";
import type { ProjectConfig, StackConfig } from "./projectConfig";
import { forOptions, together } from "./overConfig";
import { carriedStandIns, driversOf, notLookedUp } from "./standIns";
import { planWay, whyOtherSet } from "./way";

/** All that a rehearsal works on, found good. */
export interface RehearsalInput {
  readonly project: string;
  readonly halves: Readonly<Record<Side, HalfInput>>;
  readonly set: MovedSet;
  /** The cutover index that the move stands at: s+N where nothing has moved. */
  readonly startIndex: number;
  /** The cutover indexes that are run and not shown, in order, the first one left out: `startIndex`. */
  readonly silent: readonly number[];
  /** Those that are shown, in order. The first one is the state to start from. */
  readonly shown: readonly number[];
  /** What the source has before the move. */
  readonly standIns: readonly KubernetesObject[];
  /** Where a move stands that both halves have begun; undefined: the first `up` of one is still to come. */
  readonly standing: Standing | undefined;
  /** Both clusters as they really are; undefined: they are made up. */
  readonly found: Readonly<Record<Side, ClusterSurvey> & { readonly source: SetSurvey }> | undefined;
  /** CSI drivers of both clusters, at least one. */
  readonly drivers: readonly string[];
  /** Values that nothing may show. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
  /** Config of a stack at a cutover index, as if the one number had been edited. */
  readonly configAt: (side: Side, cutoverIndex: number) => StackConfig;
  /** Reads a user's file at a cutover index. */
  readonly readFileAt: (cutoverIndex: number) => ReadFile;
}

/** What is particular to one half. */
export interface HalfInput extends Input {
  /** Storage classes that its claim templates name: the simulated cluster has them. */
  readonly storageClasses: readonly string[];
}

const defaultProject = "statefulset-cutover";

/**
 * Reads config and manifests of both halves, and plans the way through the cutover indexes.
 *
 * @throws UserError with every problem, those that the caller had found included.
 */
export async function readRehearsalInput(options: RehearsalOptions): Promise<RehearsalInput> {
  const problems: Problem[] = [...options.problems];
  const folder = resolve(options.cwd, options.configDir ?? ".");
  const { real } = options;
  const readFile = once(
    real?.files === undefined ? (path) => readFileFromDisk(resolve(folder, path), "utf8") : readerOf(real.files),
  );
  problems.push(...(await folderProblems(folder, options.configDir)));
  if (problems.length > options.problems.length) throw new UserError(problems);
  const { value: config, problems: inConfig } = await readConfig(options, folder, readFile);
  problems.push(...inConfig);
  if (config === undefined) throw new UserError(problems);

  const indexes = indexesOf(options);
  const halves = allRead([
    await readHalf("source", config, readFile, indexes),
    await readHalf("destination", config, readFile, indexes),
  ]);
  const [source, destination] = halves.value;
  problems.push(...forOptions(halves.problems, options).filter(isFirst));
  if (source === undefined || destination === undefined) throw new UserError(problems);

  const set: MovedSet = {
    ...source.workload.range,
    name: source.workload.set.metadata.name,
    namespace: source.workload.namespace,
    batch: Math.min(source.settings.batch, destination.settings.batch),
    volumes: [source, destination].every(({ settings }) => settings.volumes === "carry") ? "carry" : "fresh",
  };
  problems.push(...whyOtherSet(set, real));
  throwIfAny(problems);
  const standIns = carriedStandIns(source.settings, set.namespace);
  const { projectFile } = config;
  const projectFileAt = projectFile === undefined ? undefined : withCutoverIndex(projectFile, config.project);
  return {
    project: config.project,
    halves: { source, destination },
    set,
    ...planWay(set, options, real?.standing),
    standing: real?.standing,
    standIns,
    found: real && { source: real.source, destination: real.destination },
    drivers: driversOf(destination.settings),
    secrets: [...new Set([...[source, destination].flatMap(secretsOf), ...valuesOfSecrets(standIns)])],
    warnings: [...config.warnings, ...notLookedUp(destination, real?.destination)],
    configAt: (side, cutoverIndex) => configAt(config, side, cutoverIndex),
    readFileAt: (cutoverIndex) => (path) => {
      if (path !== "Pulumi.yaml") return readFile(path);
      return projectFileAt === undefined ? Promise.reject(noFile(path)) : Promise.resolve(projectFileAt(cutoverIndex));
    },
  };
}

/** Reads a file once, however often it is asked for: what is rehearsed does not change meanwhile. */
function once(read: ReadFile): ReadFile {
  const known = new Map<string, Promise<string>>();
  return (path) => {
    const text = known.get(path) ?? read(path);
    known.set(path, text);
    return text;
  };
}

/** Reads files that are on no disk yet. */
function readerOf(files: ProjectFiles): ReadFile {
  return (path) => {
    const text = Object.hasOwn(files, path) ? files[path] : undefined;
    if (text !== undefined) return Promise.resolve(text);
    return Promise.reject(noFile(path));
  };
}

/** What a file system says of a file that does not exist. */
function noFile(path: string): Error {
  return Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
}

async function folderProblems(folder: string, configDir: string | undefined): Promise<Problem[]> {
  if (configDir === undefined) return [];
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return [];
  const what = found === undefined ? "does not exist" : "is no folder";
  const todo = "Correct the path, which is relative to the current folder";
  return [{ where: "--config-dir", what, received: configDir, legal: "the folder of a Pulumi.yaml", todo }];
}

/** The project's config, or none where only manifests are given; what the command line says goes over it. */
async function readConfig(
  options: RehearsalOptions,
  folder: string,
  readFile: ReadFile,
): Promise<Reading<ProjectConfig | undefined>> {
  const { manifests, namespace, batch, configDir, cwd, leaveOut = [] } = options;
  const nothing: StackConfig = { values: {}, secretKeys: [] };
  const alone = { project: defaultProject, stacks: { source: nothing, destination: nothing }, warnings: [] };
  const { value: config, problems }: Reading<ProjectConfig | undefined> =
    manifests !== undefined && configDir === undefined
      ? { value: alone, problems: [] }
      : await readProjectConfig(readFile, configDir);
  if (config === undefined) return { value: undefined, problems };
  const paths = manifests?.map((path) => pathWithin(folder, cwd, path));
  const key = (name: string): string => `${config.project}:${name}`;
  const over = {
    ...(paths === undefined ? {} : { [key("manifests")]: JSON.stringify(paths) }),
    ...(namespace === undefined ? {} : { [key("namespace")]: namespace }),
    ...(batch === undefined ? {} : { [key("batch")]: String(batch) }),
  };
  // The rehearsal's stacks are named source and destination, whatever the real ones are called. What is not legal stays,
  // and is refused.
  const isOwn = (name: string, value: string): boolean =>
    (name === key("side") && (value === "source" || value === "destination")) ||
    (name === key("peerStack") && isStackName(value));
  const stack = ({ values, secretKeys }: StackConfig): StackConfig => ({
    values: {
      ...Object.fromEntries(Object.entries(values).filter(([name, value]) => !isOwn(name, value))),
      ...over,
      ...(leaveOut.length === 0 ? {} : { [key("leaveOut")]: together(values[key("leaveOut")], leaveOut) }),
    },
    secretKeys,
  });
  const stacks = { source: stack(config.stacks.source), destination: stack(config.stacks.destination) };
  return { value: { ...config, stacks }, problems };
}

/** A path of the command line as the config has it: relative to the project's folder. */
function pathWithin(folder: string, cwd: string, path: string): string {
  return isAbsolute(path) || folder === resolve(cwd) ? path : relative(folder, resolve(cwd, path)) || ".";
}

async function readHalf(
  side: Side,
  { project, projectFile, stacks }: ProjectConfig,
  readFile: ReadFile,
  indexes: readonly GivenIndex[],
): Promise<Reading<HalfInput | undefined>> {
  const source = {
    project,
    stack: side,
    values: stacks[side].values,
    ...(projectFile === undefined ? {} : { projectFile }),
  };
  const { value: input, problems } = await readInput(source, readFile, indexes);
  if (input === undefined) return { value: undefined, problems };
  const classes = (input.workload.set.spec.volumeClaimTemplates ?? []).map(({ spec }) => spec.storageClassName);
  const storageClasses = [...new Set(classes.filter((name) => name !== undefined))];
  return { value: { ...input, storageClasses }, problems };
}

function indexesOf({ from, to }: RehearsalOptions): GivenIndex[] {
  const todo = "Correct the option";
  return [
    ...(from === undefined ? [] : [{ where: "--from", index: from, todo }]),
    ...(to === undefined ? [] : [{ where: "--to", index: to, todo }]),
  ];
}

function configAt(config: ProjectConfig, side: Side, cutoverIndex: number): StackConfig {
  const { values, secretKeys } = config.stacks[side];
  return { values: { ...values, [`${config.project}:cutoverIndex`]: String(cutoverIndex) }, secretKeys };
}

/** What must be shown nowhere: the values of Secrets as they are and as base64, and a kubeconfig's text. */
function secretsOf({ workload, settings }: HalfInput): string[] {
  const values = valuesOfSecrets(workload.belongings);
  const { kubeconfig = "" } = settings.connection;
  // A path is no secret, and may well stand in a message.
  const isPath = !/^[{[]|\n/.test(kubeconfig);
  return isPath ? values : [...values, kubeconfig];
}

function valuesOfSecrets(objects: readonly KubernetesObject[]): string[] {
  return objects.filter(({ kind }) => kind === "Secret").flatMap(secretValues);
}

function secretValues(secret: KubernetesObject): string[] {
  const texts = (field: unknown): string[] =>
    Object.values((field ?? {}) as Record<string, unknown>).filter((value) => typeof value === "string");
  const encoded = texts(secret.data);
  const plain = texts(secret.stringData);
  return [
    ...encoded,
    ...encoded.map((value) => Buffer.from(value, "base64").toString("utf8")),
    ...plain,
    ...plain.map((value) => Buffer.from(value, "utf8").toString("base64")),
  ];
}
