import type { Answer, Ask } from "../../../core/gates/ask";
import { sentCommand } from "../../../core/gates/ask";
import type { Kind, Uses } from "../../../core/gates/kind";
import { Options } from "../../../core/gates/options";
import { podsIn } from "../../../core/gates/scene";
import type { ActionScene, MovedSet, Scene, Step } from "../../../core/gates/scene";
import type { Pod } from "../../../core/kubernetes";
import type { Side } from "../../../core/ordinals";
import { renderProblem } from "../../../core/userError";

/** What the options of an entry are good for; fails on any problem with them. */
export function usesOf(kind: Kind, given: Readonly<Record<string, unknown>> = {}): Uses {
  const options = new Options(given, "entry", "Change it");
  const uses = kind(options);
  options.refuseOthers();
  expect(options.problems).toEqual([]);
  return uses;
}

/** What is wrong with options, as a user reads it. */
export function problemsOf(kind: Kind, given: Readonly<Record<string, unknown>>): string[] {
  const options = new Options(given, "entry", "Change it");
  kind(options);
  options.refuseOthers();
  return options.problems.map(renderProblem);
}

/** A pod of the set, Ready unless it says otherwise. */
export interface GivenPod {
  readonly side: Side;
  readonly ordinal: number;
  readonly ip?: string;
  readonly ready?: boolean;
  readonly terminating?: boolean;
}

/** A scene of the set `web`: three replicas from 0 on, ordinal 2 has moved, 1 is next; whatever is given goes before. */
export function sceneOf(
  pods: readonly GivenPod[],
  { step = {}, set = {} }: { readonly step?: Partial<Step>; readonly set?: Partial<MovedSet> } = {},
): Scene {
  const moved: MovedSet = { name: "web", namespace: "shop", start: 0, replicas: 3, ...set };
  const objects = (side: Side): Pod[] => pods.filter((pod) => pod.side === side).map((pod) => podObject(moved, pod));
  const usual: Step = { moment: "between", from: 3, to: 2, goal: 0, leaves: "source", ordinals: [2], next: [1] };
  return {
    set: moved,
    step: { ...usual, ...step },
    pods: podsIn(moved, { source: objects("source"), destination: objects("destination") }),
  };
}

/** A scene of an action, before ordinal 2 leaves; whatever is given goes before. */
export function actionSceneOf(
  pods: readonly GivenPod[],
  { ordinal = 2, ...about }: Parameters<typeof sceneOf>[1] & { readonly ordinal?: number } = {},
): ActionScene {
  const step = { moment: "before", ordinals: [ordinal], next: [ordinal - 1], ...about.step } as const;
  return { ...sceneOf(pods, { ...about, step }), ordinal };
}

function podObject(set: MovedSet, { ordinal, ip, ready = true, terminating = false }: GivenPod): Pod {
  const deleted = terminating ? { deletionTimestamp: "2026-11-28T09:00:00Z" } : {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${set.name}-${ordinal}`, namespace: set.namespace, ...deleted },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      ...(ip === undefined ? {} : { podIP: ip }),
    },
  };
}

/** A command that ended well, or with an exit code. */
export function ended(output: string, code = 0, errors = ""): Answer {
  return { code, output, errors };
}

/** What is asked, a line each: where, and the command as it is sent to the container. */
export function linesOf(asks: readonly Ask[]): string[] {
  return asks.map((ask) => {
    switch (ask.type) {
      case "exec":
        return `${ask.side}/${ask.pod}${ask.container === undefined ? "" : `/${ask.container}`}: ${sentCommand(ask).join(" ")}`;
      case "http":
        return `GET ${"url" in ask.to ? ask.to.url : `${ask.to.side}/${ask.to.resource}/${ask.to.scheme}:${ask.to.name}:${ask.to.port}${ask.to.path}`}`;
      case "tcp":
        return `${ask.host}:${ask.port}`;
      case "command":
        return ask.command.join(" ");
    }
  });
}
