import * as pulumi from "@pulumi/pulumi";

/** Where the SDK's debug messages begin to hold what the engine answered. */
const answer = /, resp: .*/s;

/**
 * Keeps secrets out of the SDK's debug messages: it writes every answer of the engine into one, values in plain, and they
 * go to `pulumi up --debug` and into every event log (`--event-log`, the Automation API). The answers are cut off.
 */
export function keepAnswersQuiet(): void {
  const log = pulumi.log as { debug: typeof pulumi.log.debug & { quiet?: true } };
  if (log.debug.quiet === true) return;
  const { debug } = log;
  const quiet: typeof log.debug = (message, ...rest) => debug(message.replace(answer, ", resp: [not shown]"), ...rest);
  quiet.quiet = true;
  log.debug = quiet;
}
