/** The exit codes of all commands, at the end of each `--help`. */
export const exitCodesHelp = `
Exit codes:
  0  all is well
  1  an invariant was broken, an up failed, or the program did; status: there
     are problems; doctor: there is something critical, or an error
  2  bad input or config; nothing was done, nothing printed on stdout
  3  a gate does not hold, or an action cannot go on: a walk paused there`;
