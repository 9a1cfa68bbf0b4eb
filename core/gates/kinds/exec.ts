import { execIn, whyFailed } from "../ask";
import type { Answer, ExecAsk, SecretVariable } from "../ask";
import type { Kind } from "../kind";
import type { Options } from "../options";
import { podOf } from "../scene";
import type { Scene, SetPod } from "../scene";

/** What is to be true of an answer. */
interface Wanted {
  readonly code: number;
  readonly output: RegExp | undefined;
}

/**
 * `exec`: a command in a container of one pod or of each ends with an exit code and, on wish, an output. Also an action: then
 * it runs once, in the pod of the ordinal that moves.
 */
export const exec: Kind = (options) => {
  const command = options.texts("command", "the command and its arguments, a list of texts") ?? [];
  if (!options.has("command"))
    options.report("command", "is missing", "the command and its arguments, a list of texts");
  const ordinal = options.number("ordinal", 0, 2 ** 31 - 1);
  const container = options.text("container");
  const secret = secretVariable(options);
  const timeLimitMs = options.duration("timeLimit");
  const wanted: Wanted = { code: options.number("exitCode", 0, 255) ?? 0, output: options.pattern("output") };
  const more = {
    ...(container === undefined ? {} : { container }),
    ...(secret === undefined ? {} : { secret }),
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
  };
  const askOf = (pod: SetPod): ExecAsk => execIn(pod, command, more);
  const action: NonNullable<ReturnType<Kind>["before"]> = {
    asks: () => [],
    next: (_, scene, [deed]) => {
      const at = ordinal ?? scene.ordinal;
      const pod = podOf(scene, at);
      const name = `${scene.set.name}-${at}`;
      if (deed === undefined) {
        return pod === undefined
          ? { done: `${name} does not run` }
          : { does: `${name} runs ${command[0] ?? ""}`, asks: [askOf(pod)] };
      }
      const why = deed.answers.flatMap((answer) => whyNot(name, answer, wanted));
      if (why.length === 0) return { done: `${name} has run it` };
      return {
        refuses: why.join("; "),
        todo: "See what the command needs. It is run once, and again by the next walk",
      };
    },
  };
  return {
    gate: {
      asks: (scene) => podsAsked(scene, ordinal).map(askOf),
      why: (answers, scene) => whyNoPod(scene, ordinal, answers, wanted),
    },
    before: action,
    after: action,
  };
};

function secretVariable(options: Options): SecretVariable | undefined {
  const group = options.group("secret", "{ variable, secret, key } or { variable, config }");
  if (group === undefined) return undefined;
  const variable = group.needed("variable", "the name of an environment variable", (text) =>
    /^[A-Za-z_]\w*$/.test(text),
  );
  const place = group.placeHere();
  group.refuseOthers();
  return { variable, place };
}

function podsAsked(scene: Scene, ordinal: number | undefined): SetPod[] {
  if (ordinal === undefined) return scene.pods.filter(({ terminating }) => !terminating);
  const pod = podOf(scene, ordinal);
  return pod === undefined ? [] : [pod];
}

function whyNoPod(scene: Scene, ordinal: number | undefined, answers: readonly Answer[], wanted: Wanted): string[] {
  const pods = podsAsked(scene, ordinal);
  if (pods.length === 0) {
    return [ordinal === undefined ? `${scene.set.name} has no pod` : `${scene.set.name}-${ordinal} has no pod`];
  }
  return answers.flatMap((answer, index) => whyNot(pods[index]?.name ?? "", answer, wanted));
}

function whyNot(name: string, answer: Answer, { code, output }: Wanted): string[] {
  const failed = whyFailed(answer, code);
  if (failed !== undefined) return [`${name}: ${failed}`];
  if (output === undefined || "trouble" in answer || output.test(answer.output)) return [];
  return [`${name}: its output does not match ${String(output)}`];
}
