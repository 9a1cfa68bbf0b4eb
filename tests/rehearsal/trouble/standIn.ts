import { AsyncLocalStorage } from "node:async_hooks";

import type { StackOutputs } from "../../../components/peer";

/** The Pulumi stack that an `up` runs in: all that the planning half of the program asks Pulumi for. */
export interface RunningStack {
  readonly name: string;
  /** Last outputs of a stack, as plain values. Called when the `up` reads them. */
  readonly read: (stack: string) => Promise<StackOutputs>;
}

/** Which `up` the code that runs now belongs to: two run at the same time. */
export const running = new AsyncLocalStorage<RunningStack>();

function stack(): RunningStack {
  const found = running.getStore();
  if (found === undefined) throw new Error("no up is running");
  return found;
}

/** What takes the place of `@pulumi/pulumi`: no engine, no SDK, hence a hundredth of the time. */
export const pulumi = {
  getStack: (): string => stack().name,
  runtime: { isDryRun: (): boolean => false },
};

/** What takes the place of `components/peer.ts`. */
export const peer = {
  readStackOutputs: (name: string): Promise<StackOutputs> => stack().read(name),
};
