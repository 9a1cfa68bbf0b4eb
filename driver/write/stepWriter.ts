import type { Advice } from "../../core/protocol/decision";
import { UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import { plainName } from "../walkInput";
import type { WalkInput, WalkOptions } from "../walkInput";
import { checkCommits, commitStep } from "./commits";
import type { Commit } from "./commits";
import { gitIn } from "./git";
import type { Git } from "./git";
import { findIndexFiles, writeIndex } from "./indexFiles";
import type { FileChange, IndexFiles } from "./indexFiles";

/** What a walk has written. */
export interface Written {
  readonly changes: readonly FileChange[];
  readonly commits: readonly Commit[];
}

/** Told of what is written while the walk goes on. */
export interface WriteListener {
  readonly wrote?: (change: FileChange) => void;
  readonly committed?: (commit: Commit) => void;
}

/** Writes the index of each step where it is set, before its first `up`, and commits it after its last one. */
export class StepWriter implements Written {
  public readonly changes: FileChange[] = [];
  public readonly commits: Commit[] = [];

  private constructor(
    private readonly input: WalkInput,
    private readonly files: IndexFiles,
    /** Undefined: nothing is committed. */
    private readonly git: Git | undefined,
    private readonly listener: WriteListener,
  ) {}

  /**
   * Looks where the number is set, and whether it can be written and committed.
   *
   * @returns undefined if nothing is to be written. @throws UserError
   */
  public static async open(
    { write, stacks }: WalkOptions,
    input: WalkInput,
    listener: WriteListener,
  ): Promise<StepWriter | undefined> {
    if (write === undefined) return undefined;
    const plain = { source: plainName(stacks.source), destination: plainName(stacks.destination) };
    const files = await findIndexFiles(input.files, plain, input.indexes);
    const git = write === "commit" ? gitIn(input.files.folder, process.env) : undefined;
    if (git !== undefined) await checkCommits(input.files, files, git);
    return new StepWriter(input, files, git, listener);
  }

  /** What a person should know of the files. */
  public get notes(): readonly string[] {
    return this.files.notes;
  }

  /** An `up` is about to run. Returns why its index cannot be written. */
  public before({ cutoverIndex }: Advice): Promise<readonly Problem[]> {
    return orProblems(async () => {
      for (const change of await writeIndex(this.input.files, this.files, cutoverIndex)) {
        this.changes.push(change);
        this.listener.wrote?.(change);
      }
    });
  }

  /** An `up` is done. Returns why its step, if it is the last `up` of it, cannot be committed. */
  public after({ cutoverIndex }: Advice, next: Advice | undefined): Promise<readonly Problem[]> {
    return orProblems(async () => {
      if (this.git === undefined || next?.cutoverIndex === cutoverIndex) return;
      const { name, namespace, set, files } = this.input;
      const commit = await commitStep(files, this.files, { name, namespace, ...set }, cutoverIndex, this.git);
      if (commit === undefined) return;
      this.commits.push(commit);
      this.listener.committed?.(commit);
    });
  }
}

async function orProblems(work: () => Promise<void>): Promise<readonly Problem[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}
