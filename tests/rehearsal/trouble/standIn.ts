import type { StackOutputs } from "../../../core/contract/record";

/** The Pulumi stack that an `up` runs in: all that the planning half of the program asks Pulumi for. */
export interface RunningStack {
  readonly name: string;
  /** Last outputs of a stack, as plain values. Called when the `up` reads them. */
  readonly read: (stack: string) => Promise<StackOutputs>;
}

let running: RunningStack | undefined;

/** Says which `up` goes on now: two can be under way, but only one of them moves until it stops or ends. */
export function setRunning(stack: RunningStack): void {
  running = stack;
}

function stack(): RunningStack {
  if (running === undefined) throw new Error("no up is running");
  return running;
}

/** What takes the place of `@pulumi/pulumi`: no engine, no SDK, hence a small part of the time. */
export const pulumi = {
  getStack: (): string => stack().name,
};

/** What takes the place of `plan/stackOutputs.ts`. */
export const peer = {
  readStackOutputs: (name: string): Promise<StackOutputs> => stack().read(name),
};
