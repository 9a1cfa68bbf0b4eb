import { exitCodesHelp } from "./exitCodes";

/** What `cutover finish` does, above its options in `--help`. */
export const finishDescription =
  "Ends a move where it stands at one of its ends: at cutover index s the destination holds all and the source goes; at s+N the " +
  "source holds all, the move is called off, and the destination goes.\n\n" +
  "First both live clusters must prove it: the half that stays has every ordinal and all of them are Ready, the other one has " +
  "replicas 0, no pod, and has handed over the right to claim. Then it says what it will do, and asks.";

/** How it is used, below them. */
export const finishHelp = `
The stages, in order: peerStack none in the config of the half that stays, and
its up; with --remove-claims the claims and volumes of the half that goes; its
destroy, which leaves the namespace; the reclaim policy that the volumes in use
had before the move; the empty stack. Both clusters are looked at again on the
way. It may be killed at any moment: the same command goes on.

--remove-claims removes API objects and no disk: each volume must be Retain, and
its disk in use by a Ready pod of the half that stays. Otherwise nothing is done
and the claim is named.

Examples:
  cutover finish --dry-run        only look, and say what would be done
  cutover finish                  say it, ask, and do it
  cutover finish --remove-claims  and remove what is left of the claims there
  cutover finish --yes            without a terminal, in CI
${exitCodesHelp}
`;
