import { whyFailed } from "../ask";
import type { CommandAsk } from "../ask";
import type { Action, Kind } from "../kind";
import type { Scene } from "../scene";

/** How long a command may run where nothing else is said. */
const usualCommandMs = 60_000;

/**
 * `command`: a command of the user's own on this machine, in the folder of the project, ends with exit code 0. The step is on its
 * stdin as JSON, and in environment variables. Also an action: then it runs once for each ordinal.
 */
export const command: Kind = (options) => {
  const legal = "the command and its arguments, a list of texts";
  const words = options.texts("command", legal) ?? [];
  if (!options.has("command")) options.report("command", "is missing", legal);
  const timeLimitMs = options.duration("timeLimit") ?? usualCommandMs;
  const askOf = (scene: Scene, ordinal?: number): CommandAsk => ({
    type: "command",
    command: words,
    environment: environmentOf(scene, ordinal),
    stdin: `${JSON.stringify(tellable(scene, ordinal))}\n`,
    timeLimitMs,
  });
  const name = words[0] ?? "";
  const action: Action = {
    asks: () => [],
    next: (_, scene, [deed]) => {
      const pod = `${scene.set.name}-${scene.ordinal}`;
      if (deed === undefined) return { does: `runs ${name} for ${pod}`, asks: [askOf(scene, scene.ordinal)] };
      const why = deed.answers.flatMap((answer) => whyFailed(answer) ?? []);
      if (why.length === 0) return { done: `${name} has run for ${pod}` };
      return { refuses: `${name}: ${why.join("; ")}`, todo: "See what the command needs. The next walk runs it again" };
    },
  };
  return {
    gate: {
      asks: (scene) => [askOf(scene)],
      why: (answers) => answers.flatMap((answer) => whyFailed(answer) ?? []).map((why) => `${name}: ${why}`),
    },
    before: action,
    after: action,
  };
};

/** What a command is told: the set and the step, and the ordinal where it is an action. */
function tellable({ set, step }: Scene, ordinal: number | undefined): object {
  const { name, namespace, start, replicas } = set;
  return { set: { name, namespace, start, replicas }, ...step, ...(ordinal === undefined ? {} : { ordinal }) };
}

function environmentOf({ set, step }: Scene, ordinal: number | undefined): Record<string, string> {
  return {
    CUTOVER_SET: set.name,
    CUTOVER_NAMESPACE: set.namespace,
    CUTOVER_MOMENT: step.moment,
    CUTOVER_FROM: String(step.from),
    CUTOVER_TO: String(step.to),
    CUTOVER_GOAL: String(step.goal),
    CUTOVER_LEAVES: step.leaves,
    CUTOVER_ORDINALS: step.ordinals.join(" "),
    CUTOVER_NEXT: step.next.join(" "),
    ...(ordinal === undefined ? {} : { CUTOVER_ORDINAL: String(ordinal) }),
  };
}
