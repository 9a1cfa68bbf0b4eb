import { exitCodesHelp } from "./exitCodes";

/** What `cutover` does, above its commands in `--help`. */
export const mainDescription =
  "Moves a running StatefulSet from one Kubernetes cluster to another with Pulumi, one ordinal per step.\n\n" +
  "The move itself is made with `pulumi up` on two stacks, source and destination: one config value, cutoverIndex, " +
  "says which ordinals live in the destination. This command is what you run around it.";

/** How it is used, below them. */
export const mainHelp = `
Examples:
  cutover rehearse                       rehearse the project in this folder
  cutover rehearse --manifests web.yaml  rehearse any StatefulSet, no project
  cutover doctor                         what would make a step fail, beforehand
  cutover walk                           run the ups that lead to cutoverIndex
  cutover finish                         end the move, and remove the empty half
  cutover status                         see where the move stands
  cutover help walk                      all about it
${exitCodesHelp}
`;
