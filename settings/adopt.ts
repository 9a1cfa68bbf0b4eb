import type { Problem } from "../core/userError";

/** Why the destination takes nothing over, and where `adopt` belongs. `removal` is a sentence without its full stop. */
export function notInDestination(removal: string, source = "source"): Omit<Problem, "where"> {
  return {
    what: "is for the source alone: in the destination nothing of the set may run before it moves there",
    todo: `${removal}; where the set runs: pulumi config set adopt true -s ${source}`,
  };
}
