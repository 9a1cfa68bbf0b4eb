/** What a project is to say beside what was found. */
export interface StartingPoint {
  /** Kubeconfig context of the cluster that the set runs in. */
  readonly source: string;
  /** Kubeconfig context of the cluster that it moves to; undefined: not known yet. */
  readonly destination: string | undefined;
  /** How many ordinals one step may move; undefined: the program's default. */
  readonly batch: number | undefined;
  /** Entries of `leaveOut`. */
  readonly leaveOut: readonly string[];
  /** Whether the source takes its set over. Default true. */
  readonly adopt?: boolean;
}
