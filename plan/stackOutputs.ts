import * as pulumi from "@pulumi/pulumi";
import type { StackOutputs } from "../core/contract/record";

/**
 * Reads the last outputs of a stack of this project, also of the one that is running.
 *
 * It calls what a `StackReference` calls. A StackReference would be a resource: if the stack is missing the engine
 * fails it with an error of its own, and nothing here could say what to do.
 *
 * @returns the outputs, or undefined if the stack does not exist.
 */
export async function readStackOutputs(stack: string): Promise<StackOutputs | undefined> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  try {
    const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
      outputs?: StackOutputs;
    };
    return answer.outputs ?? {};
  } catch (error) {
    // Nothing vaguer: a secrets key that is "not found" must not look like a half without outputs.
    if (error instanceof Error && /unknown stack|no stack named/i.test(error.message)) return undefined;
    throw error;
  }
}
