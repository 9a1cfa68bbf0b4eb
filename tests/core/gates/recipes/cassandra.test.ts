import type { Answer, Ask } from "../../../../core/gates/ask";
import type { Deed } from "../../../../core/gates/kind";
import { cassandra } from "../../../../core/gates/recipes/cassandra";
import { recorded, unreachable } from "../recordings";
import { actionSceneOf, ended, linesOf, problemsOf, sceneOf, usesOf } from "../scene";
import type { GivenPod } from "../scene";

// Answers of Cassandra 5.0.2: see recordings/README.md.
const pods: readonly GivenPod[] = [
  { side: "source", ordinal: 0 },
  { side: "source", ordinal: 1 },
  { side: "source", ordinal: 2 },
];
const about = { set: { name: "cassandra" } };

function answer(situation: string, asks: readonly Ask[], gone: readonly string[] = []): Answer[] {
  return asks.map((ask) => {
    if (ask.type !== "exec") throw new Error("Cassandra is asked by commands alone");
    if (gone.includes(ask.pod)) return unreachable;
    return recorded("cassandra", situation)(`${ask.pod} ${ask.command.at(-1) ?? ""}`);
  });
}

function why(situation: string, options = {}, gone: readonly string[] = []): readonly string[] {
  const gate = usesOf(cassandra, options).gate;
  const scene = sceneOf(pods, about);
  return gate?.why(answer(situation, gate.asks(scene), gone), scene) ?? ["no gate"];
}

function next(situation: string, deeds: readonly Deed[] = [], options = {}): unknown {
  const before = usesOf(cassandra, options).before;
  const scene = actionSceneOf(pods, { ...about, ordinal: 2 });
  const found = before?.next(answer(situation, before.asks(scene)), scene, deeds);
  return found !== undefined && "asks" in found ? { does: found.does, asks: linesOf(found.asks) } : found;
}

it("asks each node by nodetool; a password stays in its file", () => {
  const options = { nodetool: "/opt/cassandra/bin/nodetool", user: "jmx", passwordFile: "/etc/jmx", port: 7199 };
  expect(linesOf(usesOf(cassandra, options).gate?.asks(sceneOf(pods, about)) ?? [])[1]).toBe(
    "source/cassandra-1: /opt/cassandra/bin/nodetool --port=7199 --username=jmx --password-file=/etc/jmx status",
  );
  expect(problemsOf(cassandra, { user: "jmx" })).toEqual([
    "entry.passwordFile is missing; legal: user and passwordFile, or neither. Change it",
  ]);
});

it.each(["healthy", "back"])("holds for a cluster that is %s", (situation) => {
  expect(why(situation)).toEqual([]);
});

it("does not hold with a node that is down, nor with one that was drained and runs on", () => {
  expect(why("member-down")).toEqual([
    "cassandra-2 does not answer: exit code 1: nodetool: Failed to connect to '127.0.0.1:7201' - ConnectException: 'Connection refused'.",
    "cassandra-0 sees 127.0.16.3 as DN instead of UN",
    "cassandra-1 sees 127.0.16.3 as DN instead of UN",
  ]);
  expect(why("drained", {}, ["cassandra-1"])).toEqual([
    "cassandra-1 does not answer: the connection was refused",
    "cassandra-0 sees 127.0.16.3 as DN instead of UN",
  ]);
});

it("does not hold with a node that joins, or starts", () => {
  const gate = usesOf(cassandra).gate;
  const scene = sceneOf(pods, about);
  const [first, ...others] = answer("healthy", gate?.asks(scene) ?? []);
  if (first === undefined || !("output" in first)) throw new Error("recorded");
  const joins = ended(first.output.replace("UN  127.0.16.2", "UJ  127.0.16.2"));
  expect(gate?.why([joins, ...others], scene)).toEqual(["cassandra-0 sees 127.0.16.2 as UJ instead of UN"]);
  expect(why("joining", {}, ["cassandra-2"])).toEqual([
    expect.stringContaining("cassandra-1 does not answer: exit code 1"),
    "cassandra-2 does not answer: the connection was refused",
    "cassandra-0 knows 1 nodes instead of 3",
  ]);
});

it("counts nodes of other sets where the config says so, and reads what is no list as none", () => {
  expect(why("healthy", { members: 6 })[0]).toBe("cassandra-0 knows 3 nodes instead of 6");
  const gate = usesOf(cassandra).gate;
  const empty = ended("Datacenter: datacenter1\n");
  expect(gate?.why([empty, empty, empty], sceneOf(pods, about))[0]).toBe(
    "cassandra-0 answers something else than was asked",
  );
});

it("drains a node that leaves, and is done when the node says so", () => {
  expect(next("healthy", [], { port: 7200 })).toEqual({
    does: "cassandra-2 is drained",
    asks: ["source/cassandra-2: nodetool --port=7200 drain"],
  });
  expect(next("drained")).toEqual({ done: "cassandra-2 is drained" });
});

it("waits for a node that does not answer, and refuses where the drain failed", () => {
  expect(next("member-down")).toEqual({
    waits: expect.stringContaining(
      "cassandra-2 is not in the mode NORMAL: exit code 1: nodetool: Failed to connect",
    ) as string,
  });
  const deed = { says: "", agoMs: 100, answers: [ended("", 2, "error: flush failed")] };
  expect(next("healthy", [deed])).toMatchObject({
    refuses: "cassandra-2 could not be drained: exit code 2: error: flush failed",
  });
});

it("asks again, after a while, where a drain ended well and the node is not drained yet", () => {
  const deed = { says: "", agoMs: 11_000, answers: [recorded("cassandra", "drain")("cassandra-2 drain-again")] };
  expect(next("healthy", [deed])).toHaveProperty("does");
  expect(next("healthy", [{ ...deed, agoMs: 100 }])).toEqual({ waits: "cassandra-2 is not drained yet" });
});
