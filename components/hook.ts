import * as pulumi from "@pulumi/pulumi";
import { failsAsUserError } from "./failure";

/** A hook that fails with one message, and no stack, where a user can mend it. Its name must be unique in the stack. */
export function hook(name: string, run: () => Promise<void>): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, () => failsAsUserError(run));
}
