import { at, field, listAt } from "../../json";
import type { Answer, Ask } from "../ask";
import type { Kind } from "../kind";
import type { Scene, SetPod } from "../scene";
import { leaverOf, nextOfHandOver } from "./handOver";
import { askedPods, flag, hear, heardOf, once, readCli, whyMute, whyNotThere } from "./members";
import type { Heard, Mute } from "./members";

/**
 * How far a member may be behind in the log: so many entries a leader keeps for those that are slow, and sends the rest of the
 * data as a snapshot (`SnapshotCatchUpEntries` of etcd's server/etcdserver/server.go).
 */
const usualLag = 5_000;

/**
 * `etcd`. As a gate: every member is healthy, all name the same leader, none is a learner, none is far behind, no alarm is
 * raised. As an action of `before`: a leader that leaves moves its office to a member that stays, so that nobody waits for an
 * election (https://etcd.io/docs/v3.5/op-guide/maintenance/, https://github.com/etcd-io/etcd/blob/main/etcdctl/README.md). Both
 * by etcdctl, which needs no shell in the container unless there is a password.
 */
export const etcd: Kind = (options) => {
  const cli = readCli(options, "ETCDCTL_PASSWORD");
  const endpoint = options.text("endpoint", "a URL of the member in its own pod, such as https://127.0.0.1:2379");
  const files = ["cacert", "cert", "key"].flatMap((name) =>
    flag(`--${name}`, options.text(name, "a path in the container")),
  );
  const user = options.text("user");
  if (user === undefined && options.has("auth")) options.report("user", "is missing beside auth", "a user of etcd");
  const lag = options.number("lag", 0, 1_000_000_000) ?? usualLag;
  const members = options.number("members", 1, 1_000);
  const etcdctl = ["etcdctl", ...flag("--endpoints", endpoint), ...files, ...flag("--user", user)];
  const looks = [
    ["endpoint", "status"],
    ["endpoint", "health"],
    ["member", "list"],
  ].map((words) => [...etcdctl, ...words, "--write-out=json"]);
  const asks = (scene: Scene): Ask[] => looks.flatMap((command) => askedPods(scene).map((pod) => cli(pod, command)));
  return {
    gate: {
      asks,
      why: (answers, scene) => whyNotWhole(scene, readMembers(scene, answers), members ?? scene.set.replicas, lag),
    },
    before: {
      asks,
      next: (answers, scene, deeds) => {
        const leaver = leaverOf(scene);
        if (leaver === undefined) return { done: `${scene.set.name}-${scene.ordinal} does not run` };
        const said = readMembers(scene, answers);
        const own = said.find(({ pod }) => pod === leaver);
        if (own === undefined || "why" in own) return { waits: `${leaver.name} ${own?.why ?? "was not asked"}` };
        const others = said.filter(({ pod }) => pod !== leaver);
        const fit = heardOf(others).filter(({ says }) => isFit(says, own.says, lag));
        return nextOfHandOver(scene, leaver, deeds, {
          role: "leader",
          has: own.says.leader === own.says.id,
          unsettled: whyNoOneLeads(heardOf(said)),
          able: fit.map(({ pod }) => pod),
          unable: [
            ...whyMute(others),
            ...heardOf(others).flatMap((one) => (fit.includes(one) ? [] : [`${one.pod.name} is a learner, or behind`])),
          ],
          give: (heir) => [cli(leaver, [...etcdctl, "move-leader", hexOf(heardOf(said), heir)])],
        });
      },
    },
  };
};

/** A member, as it sees itself and the cluster. Ids are decimal numbers of 64 bits. */
interface Member {
  readonly id: string;
  readonly leader: string;
  readonly term: string;
  readonly index: number;
  /** Index up to which it has applied the log. */
  readonly applied: number;
  readonly learner: boolean;
  /** Alarms such as `alarm:NOSPACE`, and whatever else it complains about. */
  readonly errors: readonly string[];
  /** Members of the cluster, and learners among them, by name. */
  readonly members: readonly string[];
  readonly learners: readonly string[];
  /** Why it is not healthy, a clause. */
  readonly unhealthy: string | undefined;
}

function readMembers(scene: Scene, answers: readonly Answer[]): (Heard<Member> | Mute)[] {
  const pods = askedPods(scene);
  const [status, health, list] = [0, 1, 2].map((question) =>
    answers.slice(question * pods.length, (question + 1) * pods.length),
  );
  const lists = hear(pods, list ?? [], (output) => listAt(parsed(output), "members"));
  return hear(pods, status ?? [], (output, pod) => {
    const index = pods.indexOf(pod);
    const found = at(listAt({ list: parsed(output) }, "list")[0], "Status");
    const names = lists[index];
    const healthy = health?.[index];
    if (found === undefined || names === undefined || !("says" in names)) return undefined;
    const nameOf = (each: unknown): string => textOf(field(each, "name")) || `member ${textOf(field(each, "ID"))}`;
    const learners = names.says.filter((each) => field(each, "isLearner") === true);
    return {
      id: textOf(at(found, "header", "member_id")),
      leader: textOf(field(found, "leader")) || "0",
      term: textOf(field(found, "raftTerm")),
      index: Number(field(found, "raftIndex") ?? 0),
      applied: Number(field(found, "raftAppliedIndex") ?? 0),
      learner: field(found, "isLearner") === true,
      errors: listAt(found, "errors").map((each) => textOf(each).trim()),
      members: names.says.map(nameOf),
      learners: learners.map(nameOf),
      unhealthy: whyUnhealthy(healthy),
    };
  });
}

function whyUnhealthy(answer: Answer | undefined): string | undefined {
  if (answer === undefined || "trouble" in answer) return answer?.trouble ?? "it was not asked";
  const [found] = listAt({ list: parsed(answer.output) }, "list");
  if (field(found, "health") === true) return undefined;
  return textOf(field(found, "error")) || "it does not say why";
}

/**
 * JSON of etcdctl. Ids are numbers beyond what JavaScript's hold, so long ones become texts before they are read: outside of
 * texts, which the first alternative skips.
 */
function parsed(output: string): unknown {
  try {
    return JSON.parse(
      output.replaceAll(/"(?:[^"\\]|\\.)*"|\d{16,}/g, (part) => (part.startsWith('"') ? part : `"${part}"`)),
    );
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function whyNotWhole(scene: Scene, said: readonly (Heard<Member> | Mute)[], wanted: number, lag: number): string[] {
  const heard = heardOf(said);
  const furthest = Math.max(0, ...heard.map(({ says }) => says.index));
  return once([
    ...whyNotThere(scene),
    ...whyMute(said),
    ...heard.flatMap(({ pod: { name }, says }) => [
      ...(says.unhealthy === undefined ? [] : [`${name} is not healthy: ${says.unhealthy}`]),
      ...(says.members.length === wanted ? [] : [`${name} knows ${says.members.length} members instead of ${wanted}`]),
      ...says.learners.map((learner) => `${learner} is a learner`),
      ...(furthest - says.applied > lag
        ? [`${name} is ${furthest - says.applied} entries behind, more than ${lag}`]
        : []),
      ...says.errors,
    ]),
    ...[whyNoOneLeads(heard) ?? []].flat(),
  ]);
}

/** Why not all that have answered are led by the same one, a clause. */
function whyNoOneLeads(heard: readonly Heard<Member>[]): string | undefined {
  const lost = heard.find(({ says }) => says.leader === "0");
  if (lost !== undefined) return `${lost.pod.name} has no leader`;
  const views = new Set(heard.map(({ says }) => `${says.leader} ${says.term}`));
  return views.size > 1 ? "the members do not agree on the leader and its term" : undefined;
}

function isFit(says: Member, leader: Member, lag: number): boolean {
  return (
    !says.learner && says.leader === leader.id && says.unhealthy === undefined && leader.index - says.applied <= lag
  );
}

/** A member's id as etcdctl takes it. */
function hexOf(heard: readonly Heard<Member>[], pod: SetPod): string {
  return BigInt(heard.find((one) => one.pod === pod)?.says.id ?? 0).toString(16);
}
