import { adviceIn } from "../core/protocol/advice";
import type { Advice } from "../core/protocol/decision";
import type { Side } from "../core/ordinals";
import type { Pulumi } from "./pulumi";
import { withIndex } from "./stackFile";
import { plainName } from "./walkInput";
import type { WalkInput, WalkOptions } from "./walkInput";
import type { UpReport, WalkListener } from "./walkReport";

/** Runs the ups of a walk. */
export class Ups {
  private readonly unlocked = new Set<Side>();

  public constructor(
    private readonly input: WalkInput,
    private readonly options: WalkOptions,
    private readonly pulumi: Pulumi,
    private readonly listener: WalkListener,
    private readonly interrupted: () => boolean,
  ) {}

  /** Runs one. `advice`: it was refused, and says which one comes first. */
  public async run(up: Advice, number: number, of: number): Promise<UpReport & { readonly advice?: Advice }> {
    const { side, cutoverIndex } = up;
    const { files, to } = this.input;
    const { stacks } = this.options;
    const stack = stacks[side];
    this.listener.started?.({ side, cutoverIndex, stack }, number, of);
    const startedMs = performance.now();
    const { code, output } = await withIndex(files, plainName(stack), { cutoverIndex, to }, (configFile) => {
      const args = ["up", "-s", stack, "--yes", "--skip-preview", "--suppress-progress", "--config-file", configFile];
      return this.pulumi.run(args, this.listener.output);
    });
    const ended = { side, cutoverIndex, stack, ms: Math.round(performance.now() - startedMs) };
    if (code === 0) return { ...ended, outcome: "done" };
    if (this.interrupted()) return { ...ended, outcome: "interrupted" };
    if (isLocked(output)) return { ...ended, outcome: "locked" };
    const plain = { source: plainName(stacks.source), destination: plainName(stacks.destination) };
    const advice = adviceIn(output, plain);
    return advice === undefined ? { ...ended, outcome: "failed" } : { ...ended, outcome: "refused", advice };
  }

  /** Takes the lock of a half away, once a walk and only if it was asked to. False if it was not. */
  public async unlock(side: Side): Promise<boolean> {
    if (!this.options.cancelLocks || this.unlocked.has(side)) return false;
    this.unlocked.add(side);
    await this.pulumi.run(["cancel", "--yes", "-s", this.options.stacks[side]], this.listener.output);
    return true;
  }
}

/** In the words of Pulumi's own backends (S3, file, …) and of Pulumi Cloud. */
export function isLocked(output: string): boolean {
  return /the stack is currently locked by|\[409\] Conflict: Another update is currently in progress/.test(output);
}
