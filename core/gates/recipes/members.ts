import { ordinalsOf } from "../../ordinals";
import { execIn, whyFailed } from "../ask";
import type { Answer, ExecAsk } from "../ask";
import type { Options } from "../options";
import type { Scene, SetPod } from "../scene";

/*
 * What recipes have in common: a system whose members are the pods of the set, each of which is asked, and all of which must
 * be there and agree.
 */

/** Asks a pod: the command as it is. */
export type Cli = (pod: SetPod, command: readonly string[]) => ExecAsk;

/**
 * Reads the options that every command in a pod has: `container`, `timeLimit`, and `auth` where a password can be given.
 *
 * @param variable the environment variable from which the system's command reads its password; undefined: it reads none.
 * @param usualLimitMs how long a command may take where `timeLimit` does not say.
 */
export function readCli(options: Options, variable: string | undefined, usualLimitMs?: number): Cli {
  const container = options.text("container");
  const timeLimitMs = options.duration("timeLimit") ?? usualLimitMs;
  const place = variable === undefined ? undefined : options.secretPlace("auth");
  const more = {
    ...(container === undefined ? {} : { container }),
    ...(variable === undefined || place === undefined ? {} : { secret: { variable, place } }),
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
  };
  return (pod, command) => execIn(pod, command, more);
}

/** An option of the system's command, such as `--port 3306`; none where the config does not say. */
export function flag(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${value}`];
}

/** The pods that are asked: one on its way out says nothing that lasts. */
export function askedPods({ pods }: Scene): SetPod[] {
  return pods.filter(({ terminating }) => !terminating);
}

/** Ordinals of the set that have no pod which could be asked, and pods that are not Ready, a clause each. */
export function whyNotThere(scene: Scene): string[] {
  const there = askedPods(scene);
  const absent = ordinalsOf(scene.set).filter((ordinal) => there.every((pod) => pod.ordinal !== ordinal));
  return [
    ...absent.map((ordinal) => `${scene.set.name}-${ordinal} does not run`),
    ...there.filter(({ ready }) => !ready).map(({ name }) => `${name} is not Ready`),
  ];
}

/** What a member says, as far as its recipe reads it. */
export interface Heard<T> {
  readonly pod: SetPod;
  readonly says: T;
}

/** A member that says nothing that could be used: why, a clause that follows its name. */
export interface Mute {
  readonly pod: SetPod;
  readonly why: string;
}

/**
 * Reads the answers of one question to each pod.
 *
 * @param read what it says; undefined where it cannot be read. Asked only where the command ended well.
 */
export function hear<T>(
  pods: readonly SetPod[],
  answers: readonly Answer[],
  read: (output: string, pod: SetPod) => T | undefined,
): (Heard<T> | Mute)[] {
  return pods.map((pod, index) => {
    const answer = answers[index] ?? { trouble: "it was not asked" };
    const failed = whyFailed(answer);
    if (failed !== undefined || "trouble" in answer) return { pod, why: `does not answer: ${failed ?? ""}` };
    const says = read(answer.output, pod);
    return says === undefined ? { pod, why: "answers something else than was asked" } : { pod, says };
  });
}

/** Those that have said something. */
export function heardOf<T>(members: readonly (Heard<T> | Mute)[]): Heard<T>[] {
  return members.filter((member) => "says" in member);
}

/** Why those that have said nothing did not, a clause each. */
export function whyMute(members: readonly (Heard<unknown> | Mute)[]): string[] {
  return members.flatMap((member) => ("why" in member ? [`${member.pod.name} ${member.why}`] : []));
}

/** The JSON in an output, whatever lines a tool has written before it; undefined if there is none. */
export function jsonIn(output: string): unknown {
  try {
    return JSON.parse(output.slice(Math.max(0, output.search(/^[[{]/m))));
  } catch {
    return undefined;
  }
}

/** Clauses that several members say alike are told once. */
export function once(clauses: readonly string[]): string[] {
  return [...new Set(clauses)];
}
