import { field, textOr } from "../../json";
import type { Kind } from "../kind";
import type { Scene, SetPod } from "../scene";
import { leaverOf, nextOfHandOver } from "./handOver";
import { askedPods, flag, hear, heardOf, jsonIn, once, readCli, whyMute, whyNotThere } from "./members";
import type { Heard, Mute } from "./members";

/**
 * `patroni` (PostgreSQL). As a gate: every member sees one leader that runs, and as replicas all others, which run or stream on its
 * timeline and are hardly behind. As an action of `before`: a leader that leaves is switched over to a replica that stays; where
 * replication is synchronous, to one that is. Both by patronictl in the pods, which reads its own configuration there
 * (https://patroni.readthedocs.io/en/latest/patronictl.html). Members are called as their pods.
 *
 * A member that has just died stays in the list as it was until its `ttl` is over: so its pod must be Ready as well.
 */
export const patroni: Kind = (options) => {
  const cli = readCli(options, undefined, 30_000);
  const config = options.text("config", "the path of Patroni's configuration in the container");
  const cluster = options.text("cluster", "the name (scope) of the cluster");
  const lag = options.number("lag", 0, 1_000_000) ?? 1;
  const members = options.number("members", 1, 1_000);
  const ctl = (pod: SetPod, command: string, ...more: readonly string[]): ReturnType<typeof cli> =>
    cli(pod, [
      "patronictl",
      ...flag("--config-file", config),
      command,
      ...(cluster === undefined ? [] : [cluster]),
      ...more,
    ]);
  const asks = (scene: Scene): ReturnType<typeof cli>[] =>
    askedPods(scene).map((pod) => ctl(pod, "list", "--format=json"));
  return {
    gate: {
      asks,
      why: (answers, scene) => {
        const views = hear(askedPods(scene), answers, viewIn);
        return whyNotWhole(scene, views, members ?? scene.set.replicas, lag);
      },
    },
    before: {
      asks,
      next: (answers, scene, deeds) => {
        const leaver = leaverOf(scene);
        if (leaver === undefined) return { done: `${scene.set.name}-${scene.ordinal} does not run` };
        const views = hear(askedPods(scene), answers, viewIn);
        const own = views.find(({ pod }) => pod === leaver);
        if (own === undefined || "why" in own) return { waits: `${leaver.name} ${own?.why ?? "was not asked"}` };
        const leader = own.says.find(({ role }) => isLeader(role))?.name;
        const { able, unable } = heirs(scene, own.says, leaver, lag);
        return nextOfHandOver(scene, leaver, deeds, {
          role: "leader",
          has: leader === leaver.name,
          unsettled: [...whyMute(views), ...whyNotLed(heardOf(views))][0],
          able,
          unable,
          give: ({ name }) => [ctl(leaver, "switchover", `--leader=${leaver.name}`, `--candidate=${name}`, "--force")],
        });
      },
    },
  };
};

/** A member, as a list has it. */
interface Member {
  readonly name: string;
  /** Such as `Leader`, `Standby Leader`, `Replica`, `Sync Standby`, `Quorum Standby`. */
  readonly role: string;
  /** Such as `running`, `streaming`, `starting`, `stopped`. */
  readonly state: string;
  readonly timeline: number | undefined;
  /** How far it is behind, in MB; undefined: nobody knows. */
  readonly lag: number | undefined;
  readonly noFailover: boolean;
}

function viewIn(output: string): readonly Member[] | undefined {
  const rows = jsonIn(output);
  if (!Array.isArray(rows)) return undefined;
  return rows.map((row: unknown) => {
    const [timeline, lag] = ["TL", "Lag in MB"].map((name) => field(row, name));
    return {
      name: textOr(field(row, "Member")),
      role: textOr(field(row, "Role")),
      state: textOr(field(row, "State")),
      timeline: typeof timeline === "number" ? timeline : undefined,
      lag: typeof lag === "number" ? lag : undefined,
      noFailover: field(field(row, "Tags"), "nofailover") === true,
    };
  });
}

function isLeader(role: string): boolean {
  return role === "Leader" || role === "Standby Leader";
}

/** Whether PostgreSQL is up: from 3.1 on a replica says that it streams, and so does the leader of a standby cluster. */
function serves(state: string): boolean {
  return state === "running" || state === "streaming";
}

function whyNotWhole(
  scene: Scene,
  views: readonly (Heard<readonly Member[]> | Mute)[],
  wanted: number,
  lag: number,
): string[] {
  const heard = heardOf(views);
  return once([
    ...whyNotThere(scene),
    ...whyMute(views),
    ...whyNotLed(heard),
    ...heard.flatMap(({ pod, says }) => [
      ...(says.length === wanted ? [] : [`${pod.name} knows ${says.length} members instead of ${wanted}`]),
      ...says.filter(({ role }) => !isLeader(role)).flatMap((member) => whyNotFollowing(member, says, lag)),
    ]),
  ]);
}

/** Why not all views have the same leader, running. */
function whyNotLed(heard: readonly Heard<readonly Member[]>[]): string[] {
  const leaders = heard.map(({ says }) => says.filter(({ role }) => isLeader(role)));
  const none = heard.filter((_, index) => leaders[index]?.length !== 1).map(({ pod }) => `${pod.name} knows no leader`);
  const dead = leaders.flat().filter(({ state }) => !serves(state));
  const names = new Set(leaders.flat().map(({ name }) => name));
  return once([
    ...none,
    ...dead.map(({ name, state }) => `the leader ${name} is ${state}`),
    ...(names.size > 1 ? [`the members do not agree on the leader (${[...names].join(", ")})`] : []),
  ]);
}

function whyNotFollowing({ name, state, timeline, lag }: Member, view: readonly Member[], most: number): string[] {
  if (!serves(state)) return [`replica ${name} is ${state}`];
  if (lag === undefined) return [`nobody knows how far replica ${name} is behind`];
  if (lag > most) return [`replica ${name} is ${lag} MB behind, more than ${most}`];
  const led = view.find(({ role }) => isLeader(role))?.timeline;
  return timeline === led ? [] : [`replica ${name} is not on the leader's timeline ${led ?? ""}`.trim()];
}

/** Who can take over, as the one that leaves sees it. */
function heirs(
  scene: Scene,
  view: readonly Member[],
  leaver: SetPod,
  lag: number,
): { readonly able: readonly SetPod[]; readonly unable: readonly string[] } {
  const synchronous = view.some(({ role }) => role === "Sync Standby" || role === "Quorum Standby");
  const found = askedPods(scene).flatMap((pod) => {
    const member = view.find(({ name }) => name === pod.name);
    if (pod === leaver || member === undefined || member.noFailover) return [];
    const why = whyNotFollowing(member, view, lag);
    if (synchronous && member.role === "Replica") why.push(`replica ${pod.name} is not synchronous`);
    if (!pod.ready) why.push(`${pod.name} is not Ready`);
    return [{ pod, why }];
  });
  return {
    able: found.filter(({ why }) => why.length === 0).map(({ pod }) => pod),
    unable: found.flatMap(({ why }) => why.slice(0, 1)),
  };
}
