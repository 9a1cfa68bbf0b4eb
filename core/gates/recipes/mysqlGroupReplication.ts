import type { Answer } from "../ask";
import type { Kind } from "../kind";
import type { Scene } from "../scene";
import { leaverOf, nextOfHandOver } from "./handOver";
import { askedPods, hear, heardOf, once, whyMute, whyNotThere } from "./members";
import type { Heard, Mute } from "./members";
import { readMysqlCli } from "./mysqlClient";

/** Itself, and whom it sees. */
const question =
  "SELECT @@server_uuid, MEMBER_ID, MEMBER_HOST, MEMBER_STATE, MEMBER_ROLE FROM performance_schema.replication_group_members";

/** A hand-over waits for transactions that have begun, and for the new primary to apply what it has got. */
const switchMs = 60_000;

/**
 * `mysql-group-replication`. As a gate: every member sees all members ONLINE, and the same one as primary (or all, in
 * multi-primary mode). As an action of `before`: a primary that leaves hands over to a secondary that stays, which waits until it
 * has applied what it has got (https://dev.mysql.com/doc/refman/8.4/en/group-replication-change-primary.html,
 * https://dev.mysql.com/doc/refman/8.4/en/performance-schema-replication-group-members-table.html). From MySQL 8.0.13 on.
 */
export const mysqlGroupReplication: Kind = (options) => {
  const query = readMysqlCli(options, "mysql");
  const members = options.number("members", 1, 1_000);
  const asks = (scene: Scene): ReturnType<typeof query>[] => askedPods(scene).map((pod) => query(pod, question));
  return {
    gate: {
      asks,
      why: (answers, scene) => whyNotWhole(scene, viewsOf(scene, answers), members ?? scene.set.replicas),
    },
    before: {
      asks,
      next: (answers, scene, deeds) => {
        const leaver = leaverOf(scene);
        if (leaver === undefined) return { done: `${scene.set.name}-${scene.ordinal} does not run` };
        const views = viewsOf(scene, answers);
        const own = views.find(({ pod }) => pod === leaver);
        if (own === undefined || "why" in own) return { waits: `${leaver.name} ${own?.why ?? "was not asked"}` };
        const primaries = own.says.members.filter(({ role }) => role === "PRIMARY").map(({ id }) => id);
        if (primaries.length > 1) return { done: `each member of ${scene.set.name} is primary` };
        const others = views.filter(({ pod }) => pod !== leaver);
        const online = heardOf(others).filter(({ says }) => stateIn(own.says, says.self) === "ONLINE");
        const idOf = (name: string): string => online.find(({ pod }) => pod.name === name)?.says.self ?? "";
        const late = heardOf(others).filter((one) => !online.includes(one));
        return nextOfHandOver(scene, leaver, deeds, {
          role: "primary",
          has: primaries[0] === own.says.self,
          unsettled: whyNotLed(heardOf(views))[0],
          able: online.map(({ pod }) => pod),
          unable: [...whyMute(others), ...late.map(({ pod }) => `${pod.name} is not ONLINE`)],
          give: ({ name }) => [
            { ...query(leaver, `SELECT group_replication_set_as_primary('${idOf(name)}')`), timeLimitMs: switchMs },
          ],
        });
      },
    },
  };
};

interface Member {
  readonly id: string;
  readonly host: string;
  readonly state: string;
  readonly role: string;
}

interface View {
  /** Its own id. */
  readonly self: string;
  readonly members: readonly Member[];
}

function viewsOf(scene: Scene, answers: readonly Answer[]): (Heard<View> | Mute)[] {
  return hear(askedPods(scene), answers, viewIn);
}

function viewIn(output: string): View | undefined {
  const rows = output
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  const [self = ""] = rows[0] ?? [];
  // Ids go into a statement: nothing else than an id may pass.
  const isId = (text: string | undefined): boolean => /^[0-9a-f-]{36}$/i.test(text ?? "");
  if (!isId(self)) return undefined;
  // The id of a member whose plugin is not started is empty.
  const members = rows.map(([, id = "", host = "", state = "", role = ""]) => ({ id, host, state, role: role.trim() }));
  return { self, members };
}

function stateIn({ members }: View, id: string): string | undefined {
  return members.find((member) => member.id === id)?.state;
}

function whyNotWhole(scene: Scene, views: readonly (Heard<View> | Mute)[], wanted: number): string[] {
  const heard = heardOf(views);
  return once([
    ...whyNotThere(scene),
    ...whyMute(views),
    ...heard.flatMap(({ pod, says: { members } }) => [
      ...(members.length === wanted ? [] : [`${pod.name} knows ${members.length} members instead of ${wanted}`]),
      ...members
        .filter(({ state }) => state !== "ONLINE")
        .map(({ host, state }) => `${pod.name} sees ${host || "itself"} as ${state}`),
    ]),
    ...whyNotLed(heard),
  ]);
}

/** Why not all see the same primaries. */
function whyNotLed(heard: readonly Heard<View>[]): string[] {
  const primaries = heard.map(({ says }) =>
    says.members
      .filter(({ role }) => role === "PRIMARY")
      .map(({ id }) => id)
      .sort(),
  );
  const none = heard.filter((_, index) => primaries[index]?.length === 0);
  if (none.length > 0) return none.map(({ pod }) => `${pod.name} knows no primary`);
  return new Set(primaries.map((ids) => ids.join(" "))).size > 1 ? ["the members do not agree on the primary"] : [];
}
