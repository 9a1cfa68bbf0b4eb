import type { Answer } from "../ask";
import { whyFailed } from "../ask";
import type { Kind } from "../kind";
import type { Scene } from "../scene";
import { leaverOf, patienceMs } from "./handOver";
import { askedPods, flag, hear, heardOf, once, readCli, whyMute, whyNotThere } from "./members";
import type { Heard, Mute } from "./members";

/** A drain flushes all memtables to disk. */
const drainMs = 600_000;

/**
 * `cassandra`. As a gate: every node sees every node as Up and Normal (`UN`). As an action of `before`: a node that leaves is drained:
 * it takes no more writes, and has all of them on disk, so that it has no commit log to replay when it comes up. Both by nodetool in
 * the pods (https://cassandra.apache.org/doc/latest/cassandra/troubleshooting/use_nodetool.html). A node that is drained serves
 * again once it is started anew.
 */
export const cassandra: Kind = (options) => {
  const cli = readCli(options, undefined, 60_000);
  const nodetool = options.text("nodetool", "the path of nodetool in the container") ?? "nodetool";
  const user = options.text("user");
  const passwordFile = options.text(
    "passwordFile",
    "a path in the container, of a file with lines of user and password",
  );
  if ((user === undefined) !== (passwordFile === undefined)) {
    const missing = user === undefined ? "user" : "passwordFile";
    options.report(missing, "is missing", "user and passwordFile, or neither");
  }
  const port = options.port("port");
  const members = options.number("members", 1, 1_000);
  const to = [...flag("--port", port), ...flag("--username", user), ...flag("--password-file", passwordFile)];
  const command = (...words: readonly string[]): string[] => [nodetool, ...to, ...words];
  return {
    gate: {
      asks: (scene) => askedPods(scene).map((pod) => cli(pod, command("status"))),
      why: (answers, scene) =>
        whyNotWhole(scene, hear(askedPods(scene), answers, nodesIn), members ?? scene.set.replicas),
    },
    before: {
      asks: (scene) => {
        const leaver = leaverOf(scene);
        return leaver === undefined ? [] : [cli(leaver, command("netstats"))];
      },
      next: ([answer], scene, deeds) => {
        const leaver = leaverOf(scene);
        const name = `${scene.set.name}-${scene.ordinal}`;
        if (leaver === undefined) return { done: `${name} does not run` };
        const mode = modeIn(answer);
        if (mode === "DRAINED") return { done: `${name} is drained` };
        const failed = deeds.at(-1)?.answers.map((each) => whyFailed(each))[0];
        if (failed !== undefined) {
          const todo =
            "See why; a node that has begun to drain serves again once its pod is made anew. Then run the same again";
          return { refuses: `${name} could not be drained: ${failed}`, todo };
        }
        const agoMs = deeds.at(-1)?.agoMs ?? Infinity;
        if (agoMs < patienceMs) return { waits: `${name} is not drained yet` };
        if (mode !== "NORMAL") return { waits: `${name} is not in the mode NORMAL: ${mode ?? whySilent(answer)}` };
        return { does: `${name} is drained`, asks: [{ ...cli(leaver, command("drain")), timeLimitMs: drainMs }] };
      },
    },
  };
};

function modeIn(answer: Answer | undefined): string | undefined {
  if (answer === undefined || "trouble" in answer) return undefined;
  return /^Mode: (\w+)$/m.exec(answer.output)?.[1];
}

function whySilent(answer: Answer | undefined): string {
  return (answer === undefined ? undefined : whyFailed(answer)) ?? "it does not tell it";
}

/** A node in the list of another: its state such as `UN`, `DN`, `UJ`, and its address. */
interface NodeLine {
  readonly state: string;
  readonly address: string;
}

function nodesIn(output: string): readonly NodeLine[] | undefined {
  const lines = [...output.matchAll(/^([UD?][NLJM?]) {1,2}(\S+)/gm)].map(([, state = "", address = ""]) => ({
    state,
    address,
  }));
  return lines.length === 0 ? undefined : lines;
}

function whyNotWhole(scene: Scene, views: readonly (Heard<readonly NodeLine[]> | Mute)[], wanted: number): string[] {
  return once([
    ...whyNotThere(scene),
    ...whyMute(views),
    ...heardOf(views).flatMap(({ pod, says }) => [
      ...(says.length === wanted ? [] : [`${pod.name} knows ${says.length} nodes instead of ${wanted}`]),
      ...says
        .filter(({ state }) => state !== "UN")
        .map(({ state, address }) => `${pod.name} sees ${address} as ${state} instead of UN`),
    ]),
  ]);
}
