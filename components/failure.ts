import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../core/userError";
import { Unreachable } from "../live/client/cluster";

/**
 * Runs something and turns what a user can mend into an error that Pulumi shows as it is: one message, no stack. (The SDK
 * takes from 15 s to two minutes to render a stack.) Anything else passes through: it is a defect, and its stack is wanted.
 */
export async function failsAsUserError<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof Unreachable)) throw error;
    const shown = new pulumi.RunError(error.message);
    shown.stack = error.message;
    throw shown;
  }
}
