import { exitCodesHelp } from "./exitCodes";

/** What `cutover status` does, above its options in `--help`. */
export const statusDescription =
  "Says where a move stands: in which cluster every ordinal lives and whether it is Ready, what each half vouches for and " +
  "what its live set has, what is offered, what the gates say now, which locks there are, and which `pulumi up` comes next. " +
  "It works before the first up, in the middle of a step, after a crash and after the end, and it changes nothing.";

/** How it is used, below them. */
export const statusHelp = `
It reads config and outputs of both stacks (pulumi config, pulumi stack output)
and looks at both clusters: six requests each, whatever the size of the set. One
that does not answer is a problem, and the rest is shown all the same.

Problems are what contradicts something: an ordinal in both clusters, a set that
is not what its stack vouches for, a cluster that is not seen, config that an up
would refuse. With problems the exit code is 1; without, and with a gate that
does not hold, 3. Warnings are what may be so for a while: a step that is
unfinished, a pod that is not Ready. They do not change the exit code.

--watch looks every two seconds until Ctrl-C: on a terminal as a picture,
elsewhere as a line for each change, with --json as a document a line. The last
look decides the exit code.

Examples:
  cutover status                  the project in this folder
  cutover status --watch          a live picture, while a walk goes on elsewhere
  cutover status --json | jq .next.up.command
${exitCodesHelp}
`;
