import { exitCodesHelp } from "./exitCodes";

/** What `cutover walk` does, above its options in `--help`. */
export const walkDescription =
  "Walks from the cutover index that both stacks have applied to the one in the config: runs `pulumi up` on one half " +
  "after the other, one step at a time, the half that gives an ordinal up first. This is what CI runs when a change of " +
  "the number is merged.\n\n" +
  "It stops at the first up that fails. Run again, it goes on from where both halves stand, also after it was killed " +
  "in the middle of a step and when the number was changed back meanwhile. Where an up is refused and its message " +
  "names the one to run first, that one is run.";

/** How it is used, below them. */
export const walkHelp = `
If nothing is to be moved, both halves get one up all the same: what else was
merged is applied too. The plan and how every up went go to stdout, warnings and
what Pulumi prints to stderr. On SIGINT or SIGTERM the running up is asked to
stop, and no other is begun.

No file of the project is changed, unless you say --write: then every step sets
cutoverIndex where it is set, in Pulumi.yaml or in the stacks' files, before its
first up, and shows the line. Nothing else in the file changes. Where a step
fails the file says the index that was asked for. --commit makes one git commit
of every step that is done, of these files alone.

Gates and actions of the config (gates, before, after) are asked and done
between the ups; docs/gates.md has them. One that does not hold by its deadline
pauses the walk: it says what it saw, and the same command goes on. With
--on-trouble rollback the step that was run last is walked back first.

A run that was killed leaves a lock on its stack. It is never taken away by
itself, since its owner may be alive: see that it is not, then --cancel-locks.

Examples:
  cutover walk                    to the cutoverIndex of Pulumi.yaml
  cutover walk --dry-run          only say which ups that takes
  cutover walk --to 4             to another index, whatever the config says
  cutover walk --to 4 --write --commit
                                  and write it down, one commit a step
  cutover walk --cancel-locks     go on after a run that was killed
  cutover walk --source acme/old --destination acme/new
  cutover walk --json 2> log      for a program
${exitCodesHelp}
`;
