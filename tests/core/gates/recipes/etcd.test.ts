import type { Answer, Ask } from "../../../../core/gates/ask";
import type { Deed } from "../../../../core/gates/kind";
import { etcd } from "../../../../core/gates/recipes/etcd";
import { recorded } from "../recordings";
import { actionSceneOf, ended, linesOf, problemsOf, sceneOf, usesOf } from "../scene";
import type { GivenPod } from "../scene";

// Answers of etcd 3.4.23: see recordings/README.md. Its leader is etcd-2 when it has just been made; etcd-0 after etcd-2 was down.
const pods: readonly GivenPod[] = [
  { side: "source", ordinal: 0 },
  { side: "source", ordinal: 1 },
  { side: "source", ordinal: 2 },
];
const about = { set: { name: "etcd" } };

function answer(situation: string, asks: readonly Ask[]): Answer[] {
  const say = recorded("etcd", situation);
  return asks.map((ask) => {
    if (ask.type !== "exec") throw new Error("etcd is asked by commands alone");
    const words = ask.command.filter((word) => !word.startsWith("--")).slice(1);
    return say(`${ask.pod} ${words.join("-")}`);
  });
}

function why(situation: string, options = {}): readonly string[] {
  const gate = usesOf(etcd, options).gate;
  const scene = sceneOf(pods, about);
  return gate?.why(answer(situation, gate.asks(scene)), scene) ?? ["no gate"];
}

function next(situation: string, ordinal: number, step = {}, deeds: readonly Deed[] = []): unknown {
  const before = usesOf(etcd).before;
  const scene = actionSceneOf(pods, { ...about, ordinal, step });
  const found = before?.next(answer(situation, before.asks(scene)), scene, deeds);
  return found !== undefined && "asks" in found ? { does: found.does, asks: linesOf(found.asks) } : found;
}

it("asks each member for itself and for its list of members, without a shell", () => {
  const options = { endpoint: "https://127.0.0.1:2379", cacert: "/tls/ca.crt", cert: "/tls/c.crt", key: "/tls/c.key" };
  const asked = linesOf(usesOf(etcd, options).gate?.asks(sceneOf(pods.slice(0, 1), about)) ?? []);
  const etcdctl =
    "source/etcd-0: etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/tls/ca.crt --cert=/tls/c.crt --key=/tls/c.key";
  expect(asked).toEqual([
    `${etcdctl} endpoint status --write-out=json`,
    `${etcdctl} endpoint health --write-out=json`,
    `${etcdctl} member list --write-out=json`,
  ]);
});

it("gives the password to the command's environment by stdin", () => {
  const options = { user: "root", auth: { secret: "etcd", key: "password" } };
  const [first] = usesOf(etcd, options).gate?.asks(sceneOf(pods, about)) ?? [];
  expect(first).toMatchObject({ secret: { variable: "ETCDCTL_PASSWORD", place: { secret: "etcd", key: "password" } } });
  expect(problemsOf(etcd, { auth: { secret: "etcd", key: "password" } })).toEqual([
    "entry.user is missing beside auth; legal: a user of etcd. Change it",
  ]);
});

it.each(["healthy", "after-move-leader"])("holds for a cluster that is %s", (situation) => {
  expect(why(situation)).toEqual([]);
});

it("does not hold with a member that is down, nor with one that was the leader", () => {
  expect(why("member-down")).toEqual([
    "etcd-2 does not answer: exit code 1: Failed to get the status of endpoint http://127.0.11.3:2379 (context deadline exceeded)",
  ]);
});

it("does not hold with a learner, which is counted, too", () => {
  expect(why("learner")).toEqual([
    "etcd-0 knows 4 members instead of 3",
    "etcd-3 is a learner",
    "etcd-1 knows 4 members instead of 3",
    "etcd-2 knows 4 members instead of 3",
  ]);
  expect(why("learner", { members: 4 })).toEqual(["etcd-3 is a learner"]);
});

it("does not hold while an alarm is raised, and names it once", () => {
  expect(why("alarm")).toEqual(["memberID:3670223296068179008 alarm:NOSPACE"]);
});

it("tells members that do not agree on the leader, and one that is behind", () => {
  const gate = usesOf(etcd).gate;
  const scene = sceneOf(pods, about);
  const healthy = answer("healthy", gate?.asks(scene) ?? []);
  const edited = (from: RegExp, to: string): readonly string[] | undefined =>
    gate?.why(
      healthy.map((each, index) =>
        index === 1 && "output" in each ? { ...each, output: each.output.replace(from, to) } : each,
      ),
      scene,
    );
  // The ids differ in what a JavaScript number does not hold.
  expect(edited(/"leader":4927159469894597713/, '"leader":4927159469894597714')).toEqual([
    "the members do not agree on the leader and its term",
  ]);
  expect(edited(/"leader":\d+,/, "")).toEqual(["etcd-1 has no leader"]);
  expect(edited(/"raftIndex":\d+/, '"raftIndex":6000')).toEqual([
    "etcd-0 is 5991 entries behind, more than 5000",
    "etcd-1 is 5990 entries behind, more than 5000",
    "etcd-2 is 5989 entries behind, more than 5000",
  ]);
});

it("moves a leader that leaves to a member that does not leave next, by its id in hexadecimal", () => {
  expect(next("healthy", 2, { next: [1] })).toEqual({
    does: "etcd-2 is leader: hands over to etcd-0",
    asks: ["source/etcd-2: etcdctl move-leader 32ef40a46081d440"],
  });
  expect(next("healthy", 2, { next: [0] })).toMatchObject({ does: "etcd-2 is leader: hands over to etcd-1" });
});

it("moves it to no learner", () => {
  const before = usesOf(etcd).before;
  const scene = actionSceneOf(pods, { ...about, ordinal: 2, step: { ordinals: [1, 2], next: [] } });
  const answers = answer("healthy", before?.asks(scene) ?? []).map((each, index) =>
    index === 0 && "output" in each
      ? { ...each, output: each.output.replace('"raftTerm"', '"isLearner":true,"raftTerm"') }
      : each,
  );
  expect(before?.next(answers, scene, [])).toEqual({
    waits: "etcd-2 is leader, and nobody that stays can take over: etcd-0 is a learner, or behind",
  });
});

it("has nothing to do for a member that does not lead", () => {
  expect(next("healthy", 1)).toEqual({ done: "etcd-1 is no leader" });
});

it("waits for a move that it has asked for, and says what became of it", () => {
  const deed = (question: string): Deed => ({
    says: "",
    answers: [recorded("etcd", "move-leader")(question)],
    agoMs: 1_000,
  });
  expect(next("healthy", 2, {}, [deed("etcd move-leader")])).toEqual({ waits: "etcd-2 is still leader" });
  expect(next("healthy", 2, {}, [deed("etcd move-leader-unknown")])).toEqual({
    waits: "etcd-2 is still leader: exit code 1: Error: etcdserver: bad leader transferee",
  });
  expect(next("healthy", 2, {}, [{ ...deed("etcd move-leader-unknown"), agoMs: 11_000 }])).toHaveProperty("does");
});

it("waits while the only one that could take over does not answer, and refuses where all leave at once", () => {
  expect(next("member-down", 0, { ordinals: [0, 1], next: [] })).toEqual({
    waits: expect.stringContaining(
      "etcd-0 is leader, and nobody that stays can take over: etcd-2 does not answer",
    ) as string,
  });
  expect(next("healthy", 2, { ordinals: [0, 1, 2], next: [] })).toEqual({
    refuses: "etcd-2 is leader, and whoever could take over leaves in the same step (etcd-0, etcd-1)",
    todo: "Make batch smaller, and run the same again",
  });
});

it("reads what is no answer of etcdctl as none", () => {
  const gate = usesOf(etcd).gate;
  const scene = sceneOf(pods, about);
  const answers = answer("healthy", gate?.asks(scene) ?? []);
  expect(gate?.why([ended("{"), ...answers.slice(1)], scene)).toEqual(["etcd-0 answers something else than was asked"]);
});
