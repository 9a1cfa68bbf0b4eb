import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "../../../../core/gates/ask";
import type { Deed, Next } from "../../../../core/gates/kind";
import { redisCluster } from "../../../../core/gates/recipes/redisCluster";
import type { GivenPod } from "../scene";
import { actionSceneOf, ended, linesOf, problemsOf, sceneOf, usesOf } from "../scene";

/*
 * Recorded from six nodes of Redis 7.0.15 on one machine, one address each: whole; after a failover of ordinal 1 to 5; without
 * ordinal 3; and with ordinal 3 at another address, which it had not been told to announce. Of INFO the lines that are read are
 * kept. Ordinals 0, 1, 2 are masters, 3 is a replica of 2, 4 of 0, 5 of 1.
 */
const recorded = JSON.parse(readFileSync(join(__dirname, "recorded", "redis-7.0.15.json"), "utf8")) as Record<
  "whole" | "failedOver" | "gone" | "stale",
  readonly string[]
>;

const set = { name: "redis", replicas: 6 };
const step = { from: 6, to: 6, goal: 0 };
/** Where nothing has moved. */
const inSource: readonly GivenPod[] = [0, 1, 2, 3, 4, 5].map((ordinal) => ({
  ...{ side: "source", ordinal, ip: `127.0.10.${ordinal + 1}` },
}));
const { gate, before, after } = usesOf(redisCluster);
const answersOf = (texts: readonly string[]): Answer[] => texts.map((text) => ended(text));
/** With a text in one of the answers replaced. */
const changed = (texts: readonly string[], at: number, from: string | RegExp, to: string): string[] => {
  const text = texts[at]?.replace(from, to);
  expect(text).not.toBe(texts[at]);
  return texts.map((each, index) => (index === at ? (text ?? "") : each));
};
const why = (texts: readonly string[], pods = inSource, options = {}): readonly string[] =>
  usesOf(redisCluster, options).gate?.why(answersOf(texts), sceneOf(pods, { set, step })) ?? ["no gate"];

describe("what is sent", () => {
  const [first] = inSource;
  const scene = sceneOf(first === undefined ? [] : [first], { set });
  const script =
    'for question in "CLUSTER INFO" "CLUSTER NODES" "INFO replication" "INFO server"; do echo "## $question"; redis-cli "$@" $question; done';

  test("one command in each pod", () => {
    expect(linesOf(gate?.asks(scene) ?? [])).toEqual([`source/redis-0: sh -c ${script} sh`]);
    expect(gate?.asks(sceneOf([...inSource, { side: "source", ordinal: 6, terminating: true }], { set }))).toHaveLength(
      6,
    );
    expect([before === undefined, after]).toEqual([false, undefined]);
  });

  test("port, TLS, container and user; the password comes on stdin, and is in no argument", () => {
    const files = { cacert: "/tls/ca.crt", cert: "/tls/tls.crt", key: "/tls/tls.key" };
    const auth = { secret: "redis", key: "password", user: "cutover" };
    const uses = usesOf(redisCluster, { port: 7000, tls: true, ...files, container: "server", auth, timeLimit: "3s" });
    const [ask] = uses.gate?.asks(scene) ?? [];
    expect(linesOf(ask ? [ask] : [])).toEqual([
      'source/redis-0/server: sh -c IFS= read -r REDISCLI_AUTH && export REDISCLI_AUTH && exec "$@" sh ' +
        `sh -c ${script} sh -p 7000 --tls --cacert /tls/ca.crt --cert /tls/tls.crt --key /tls/tls.key --user cutover`,
    ]);
    expect(ask).toMatchObject({
      secret: { variable: "REDISCLI_AUTH", place: { secret: "redis", key: "password" } },
      timeLimitMs: 3_000,
    });
  });

  test("files without TLS", () => {
    expect(problemsOf(redisCluster, { cacert: "/ca.crt" })).toEqual([
      "entry.cacert is for tls: true alone; legal: a path, with tls: true. Change it",
    ]);
  });
});

describe("the gate", () => {
  test("a whole cluster, before and after a failover", () => {
    expect([why(recorded.whole), why(recorded.failedOver)]).toEqual([[], []]);
  });

  test("a node that is gone: its pod, and every peer that sees it", () => {
    const pods = inSource.filter(({ ordinal }) => ordinal !== 3);
    const seen = [0, 1, 2, 4, 5].map((peer) => `redis-${peer} sees node addf2e5d at 127.0.10.4 as failed`);
    expect(why(recorded.gone, pods)).toEqual(["redis-3 does not run", ...seen]);
  });

  test("a node that keeps its old address for its own, told apart with what to set", () => {
    const pods = inSource.map((pod) =>
      pod.ordinal === 3 ? { ...pod, side: "destination" as const, ip: "127.0.11.4" } : pod,
    );
    expect(why(recorded.stale, pods)).toEqual([
      "redis-3 takes 127.0.10.4 for its own address, and its pod has 127.0.11.4: set cluster-announce-ip to the pod's IP " +
        "(status.podIP, by the downward API)",
    ]);
    const announced = recorded.stale.map((text) =>
      text.replace("127.0.10.4:7000@17000 myself", "127.0.11.4:7000@17000 myself"),
    );
    expect(why(announced, pods)).toEqual([]);
    expect(why(changed(announced, 0, "127.0.11.4:7000", "127.0.10.4:7000"), pods)).toEqual([
      "redis-0 knows redis-3 at 127.0.10.4, not at 127.0.11.4",
    ]);
  });

  test("addresses that are announced on purpose need only be agreed on", () => {
    const pods = inSource.map((pod) => ({ ...pod, ip: `10.0.0.${pod.ordinal}` }));
    expect(why(recorded.whole, pods)).toHaveLength(36);
    expect(why(recorded.whole, pods, { addresses: "announced" })).toEqual([]);
    expect(
      why(changed(recorded.whole, 0, "127.0.10.4:7000", "127.0.9.9:7000"), pods, { addresses: "announced" }),
    ).toEqual(["redis-0 knows redis-3 at 127.0.9.9, not at 127.0.10.4"]);
  });

  test("port 0, a known fault of two versions", () => {
    const zero = changed(recorded.whole, 0, "127.0.10.4:7000@17000", "127.0.10.4:0@17000");
    expect(why(zero)).toEqual(["redis-0 knows redis-3 with port 0: set cluster-announce-port, or upgrade Redis"]);
    expect(why(changed(zero, 0, "7.0.15", "7.2.1"))).toEqual([
      "redis-0 knows redis-3 with port 0: a known fault of Redis 7.2.1, upgrade to 7.2.2 or later",
    ]);
  });

  test.each([
    ["cluster_state:ok", "cluster_state:fail", "redis-4 says cluster_state:fail, not ok"],
    ["cluster_slots_ok:16384", "cluster_slots_ok:10923", "redis-4 says cluster_slots_ok:10923, not 16384"],
    ["cluster_slots_assigned:16384", "cluster_slots_assigned:0", "redis-4 says cluster_slots_assigned:0, not 16384"],
    ["cluster_known_nodes:6", "cluster_known_nodes:7", "redis-4 says cluster_known_nodes:7, not 6"],
    ["master_link_status:up", "master_link_status:down", "redis-4 has no link to its master (master_link_status:down)"],
    ["master_sync_in_progress:0", "master_sync_in_progress:1", "redis-4 is being synchronised with its master"],
    [/(127.0.10.3:7000@17000) master/, "$1 master,fail?", "redis-4 sees redis-2 as failing"],
    [/(127.0.10.3:.*) connected/, "$1 disconnected", "redis-4 has no connection to redis-2"],
  ])("%s: %s", (from, to, line) => {
    expect(why(changed(recorded.whole, 4, from, to))).toEqual([line]);
  });

  test("a cluster with more nodes than the set", () => {
    expect(why(recorded.whole, inSource, { nodes: 7 })).toHaveLength(6);
  });

  test("nodes that say nothing: no answer, no right, no password, no redis-cli", () => {
    const noAuth = recorded.whole.map((text) => text.replace(/^(?!## ).*$/gm, "NOAUTH Authentication required."));
    expect(why(noAuth)[0]).toBe(
      "redis-0 does not answer as a node of a Redis Cluster: NOAUTH Authentication required.",
    );
    const answers: Answer[] = [{ trouble: "no answer within 10 s" }, ended("", 127, "sh: redis-cli: not found\n")];
    const scene = sceneOf(inSource.slice(0, 2), { set: { ...set, replicas: 2 }, step });
    expect(gate?.why(answers, scene)).toEqual([
      "redis-0 does not answer: no answer within 10 s",
      "redis-1 does not answer as a node of a Redis Cluster: sh: redis-cli: not found",
    ]);
  });
});

describe("the action", () => {
  const scene = (ordinal: number, more: Parameters<typeof actionSceneOf>[1] = {}, pods = inSource) =>
    actionSceneOf(pods, { ordinal, set, ...more });
  const next = (texts: readonly string[], about = scene(1), deeds: readonly Deed[] = []): Next | undefined =>
    before?.next(answersOf(texts), about, deeds);
  const shown = (step: Next | undefined): unknown =>
    step !== undefined && "does" in step ? [step.does, linesOf(step.asks)] : step;
  const asked = (agoMs: number, answer = ended("OK\n")): Deed[] => [{ says: "asked", answers: [answer], agoMs }];

  test("a master that leaves hands over to its replica", () => {
    expect(shown(next(recorded.whole))).toEqual([
      "redis-1 is a master: CLUSTER FAILOVER on redis-5",
      ["source/redis-5: redis-cli CLUSTER FAILOVER"],
    ]);
  });

  test("it waits for the failover, asks again when Redis has given it up, and says what a node answered", () => {
    expect(next(recorded.whole, scene(1), asked(500))).toEqual({ waits: "redis-1 is still a master, and hands over" });
    const refusing = ended("ERR Master is down or failed, please use CLUSTER FAILOVER FORCE\n", 1);
    expect(next(recorded.whole, scene(1), asked(500, refusing))).toEqual({
      waits: "redis-1 is still a master: ERR Master is down or failed, please use CLUSTER FAILOVER FORCE",
    });
    expect(shown(next(recorded.whole, scene(1), asked(8_000)))).toEqual([
      "redis-1 is a master: CLUSTER FAILOVER on redis-5",
      ["source/redis-5: redis-cli CLUSTER FAILOVER"],
    ]);
  });

  test("it is done when every node knows", () => {
    expect(next(recorded.failedOver)).toEqual({ done: "redis-1 is a replica of redis-5" });
    const late = recorded.failedOver.map((text, index) => (index === 2 ? (recorded.whole[2] ?? "") : text));
    expect(next(late)).toEqual({ waits: "redis-2 still takes redis-1 for a master" });
    const other = changed(recorded.failedOver, 3, /(127.0.10.6:7000@17000) master/, "$1 slave");
    expect(next(other)).toEqual({ waits: "redis-3 does not know the new master of redis-1 yet" });
  });

  test("a replica, and a node that does not run, leave as they are", () => {
    expect(next(recorded.whole, scene(3))).toEqual({ done: "redis-3 is a replica of redis-2" });
    const without = inSource.filter(({ ordinal }) => ordinal !== 1);
    expect(
      next(
        recorded.whole.filter((_, index) => index !== 1),
        scene(1, {}, without),
      ),
    ).toEqual({
      done: "redis-1 does not run",
    });
  });

  test("a replica that is not in step is waited for", () => {
    const down = changed(recorded.whole, 5, "master_link_status:up", "master_link_status:down");
    expect(next(down)).toEqual({ waits: "redis-1 is a master, and no replica of it is in step with it (redis-5)" });
  });

  test("no replica: refused, with what to do; a node that does not answer may be one", () => {
    const alone = changed(recorded.whole, 5, "myself,slave e23de561", "myself,slave cda88074");
    expect(next(alone)).toEqual({
      refuses: "redis-1 is a master with slots and has no replica to hand over to",
      todo: expect.stringContaining("redis-cli --cluster add-node") as unknown,
    });
    const answers = answersOf(recorded.whole).map((answer, at): Answer => (at === 5 ? { trouble: "timeout" } : answer));
    expect(before?.next(answers, scene(1), [])).toEqual({
      waits: "redis-1 is a master, and redis-5 does not answer: timeout",
    });
  });

  test("the only replica leaves in the same step: refused", () => {
    expect(next(recorded.whole, scene(1, { step: { ordinals: [1, 5] } }))).toEqual({
      refuses: "redis-1 is a master, and each of its replicas leaves in the same step (redis-5)",
      todo: "Make batch smaller, or move a replica to a node that stays, and run the same again",
    });
  });

  describe("of two replicas", () => {
    // Ordinal 4 is a replica of 1 as well, and has more.
    const two = changed(
      changed(
        recorded.whole,
        4,
        "myself,slave cda8807443098202d7a34124ee5ad8a3c902895e",
        "myself,slave e23de561009a41504e42f21444125ca152b8cf6d",
      ),
      ...([4, "slave_repl_offset:14", "slave_repl_offset:99"] as const),
    );
    const chosen = (about: ReturnType<typeof scene>): unknown => (shown(next(two, about)) as unknown[])[0];

    test("the one that has more", () => {
      expect(chosen(scene(1))).toMatch(/on redis-4$/);
    });

    test("not the one that leaves next; rather the one that has moved already", () => {
      expect(chosen(scene(1, { step: { next: [4] } }))).toMatch(/on redis-5$/);
      const moved = inSource.map((pod) => (pod.ordinal === 5 ? { ...pod, side: "destination" as const } : pod));
      expect(chosen(scene(1, {}, moved))).toMatch(/on redis-5$/);
    });
  });
});
