import type { ProjectFiles } from "../core/project/startingProject";
import type { Standing } from "../core/project/standing";
import type { ClusterSurvey, SetSurvey } from "../core/project/survey";
import type { Problem } from "../core/userError";

/** What to rehearse, and how much of it to show. */
export interface RehearsalOptions {
  /** The current folder: `manifests` and `configDir` are relative to it. */
  readonly cwd: string;
  /** Manifests to use instead of the config's. Without `configDir`, all config then takes its defaults. */
  readonly manifests?: readonly string[];
  /** Folder of a Pulumi project. Default: the current folder. */
  readonly configDir?: string;
  /** What really runs, and the project that is to move it: instead of a folder and of clusters that are made up. */
  readonly real?: RealInput;
  /** Objects of the manifests to leave out, beside those of the config. Their form has been checked. */
  readonly leaveOut?: readonly string[];
  /** Instead of the config's. */
  readonly namespace?: string;
  /** Instead of the config's. */
  readonly batch?: number;
  /** The cutover index to show from; the way there is run silently. Default: s+N, or where the move stands. */
  readonly from?: number;
  /** The cutover index to go to, straight. Default: down to s, then back up to s+N. */
  readonly to?: number;
  /** Whether to stop at s. */
  readonly oneWay: boolean;
  /** What the caller has found wrong already: told together with whatever else is. */
  readonly problems: readonly Problem[];
}

/** A running set, the cluster that it is to move to, and the project that moves it. */
export interface RealInput {
  readonly source: SetSurvey;
  readonly destination: ClusterSurvey;
  /** The project's files; left out: those of `configDir`. */
  readonly files?: ProjectFiles;
  /** Where the move stands; left out: it has not begun. */
  readonly standing?: Standing;
}
