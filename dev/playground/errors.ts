/**
 * Errors that a person can act on. Everything else that is thrown is a bug of the playground.
 */

/** Something the user can put right: the message says what is wrong and what to do, and no stack is shown. */
export class PlaygroundError extends Error {
  override readonly name: string = "PlaygroundError";
}

/** A component could not listen: a program that is not of a playground has taken its port. */
export class PortTakenError extends PlaygroundError {
  override readonly name = "PortTakenError";
}

/** The command line was wrong (exit code 2). */
export class UsageError extends PlaygroundError {
  override readonly name = "UsageError";
}
