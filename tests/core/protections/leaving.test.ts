import {
  doubtProblems,
  formatLeaving,
  isUnseen,
  leavingNote,
  leavingPods,
  parseLeaving,
  whyNodeSilent,
  whyOthersLeave,
  whyStillAttached,
  whyUnseen,
} from "../../../core/protections/leaving";
import type { LeavingPod } from "../../../core/protections/leaving";
import { renderProblem } from "../../../core/userError";
import { attachment, claim, claimStep, found, node, pod, reclaim, release, volume } from "../builders";

const whole = { range: { start: 0, replicas: 6 }, turn: 0 };
const released = { range: { start: 0, replicas: 5 }, turn: 2 };
const left = (ordinal: number, id: string, on?: string): LeavingPod => ({
  ...{ ordinal, name: `web-${ordinal}`, id, node: on },
});

describe("which pods leave", () => {
  test("those that are there, with uid and node", () => {
    const pods = [pod("web-4"), pod("web-5"), pod("other-5")];
    expect(leavingPods("web", release(5), whole, pods, undefined)).toEqual([left(5, "uid-of-web-5", "node-1")]);
    expect(leavingPods("web", claimStep(5), whole, pods, undefined)).toEqual([]);
  });

  test("one that has no node yet", () => {
    const pending = { ...pod("web-5"), spec: {} };
    expect(leavingPods("web", release(5), whole, [pending], undefined)).toEqual([left(5, "uid-of-web-5")]);
  });

  test("one that is not there is one that nobody saw, of this turn", () => {
    const [unseen] = leavingPods("web", release(5), whole, [pod("web-4")], undefined);
    expect(unseen).toEqual(left(5, "web-5@0"));
    expect([unseen && isUnseen(unseen), isUnseen(left(5, "uid-of-web-5"))]).toEqual([true, false]);
  });

  test("after a crash, what the write noted, and one that is still there only once", () => {
    const noted = "5/uid-of-web-5/node-1,4/old/node-2";
    const step = { releases: [5], ownTurn: 2 };
    expect(leavingPods("web", step, released, [], noted)).toEqual([left(5, "uid-of-web-5", "node-1")]);
    expect(leavingPods("web", step, released, [pod("web-5")], noted)).toEqual([left(5, "uid-of-web-5", "node-1")]);
    expect(leavingPods("web", step, released, [], "5/web-5@0/")).toEqual([left(5, "web-5@0")]);
  });

  test("while the live spec allows it, an old note is of another time", () => {
    expect(leavingPods("web", release(5), whole, [], "5/old/node-2")).toEqual([left(5, "web-5@0")]);
  });

  test("both, where another pod of it has come since", () => {
    const step = { releases: [5], ownTurn: 2 };
    expect(leavingPods("web", step, released, [pod("web-5")], "5/old/node-2")).toEqual([
      left(5, "old", "node-2"),
      left(5, "uid-of-web-5", "node-1"),
    ]);
  });
});

describe("the note on the set", () => {
  const pods = [left(4, "a", "node-1"), left(5, "b"), left(5, "web-5@4")];

  test("there and back; what cannot be read is left out", () => {
    expect(formatLeaving(pods)).toBe("4/a/node-1,5/b/,5/web-5@4/");
    expect(parseLeaving("web", formatLeaving(pods))).toEqual(pods);
    expect(parseLeaving("web", "x/a/n,5//n,5/a,,6/c/n")).toEqual([left(6, "c", "n")]);
    expect(parseLeaving("web", undefined)).toEqual([]);
  });

  test("is written with a release, stays while nothing moves, and goes with a claim", () => {
    expect(leavingNote("web", release(5), [left(5, "b", "n")], "4/a/n")).toBe("5/b/n");
    expect(leavingNote("web", { claims: [] }, [], "5/b/n")).toBe("5/b/n");
    expect(leavingNote("web", reclaim(6), [], "5/b/n,4/a/n")).toBe("4/a/n");
    expect(leavingNote("web", reclaim(6), [], "5/b/n")).toBeUndefined();
    expect(leavingNote("web", { claims: [] }, [], undefined)).toBeUndefined();
  });

  test("other pods than noted are told", () => {
    const why = (name: string): string =>
      `pod ${name} was made again, or got a node, while this ran. Run pulumi up again`;
    expect(whyOthersLeave("web", [left(5, "uid-of-web-5", "node-1")], [pod("web-4"), pod("web-5")])).toEqual([]);
    expect(whyOthersLeave("web", [left(5, "other", "node-1")], [pod("web-5")])).toEqual([why("web-5")]);
    expect(whyOthersLeave("web", [left(5, "uid-of-web-5")], [pod("web-5")])).toEqual([why("web-5")]);
    expect(whyOthersLeave("web", [left(5, "web-5@0")], [pod("web-5")])).toEqual([why("web-5")]);
  });
});

describe("who speaks for a pod that is gone", () => {
  const lease = (ageMs: number) => ({ ageMs, limitMs: 40_000, renewal: "now" });

  test("its node, if it is there, Ready and alive", () => {
    expect(whyNodeSilent("n", { node: node("n"), lease: lease(40_000) })).toBeUndefined();
    expect(whyNodeSilent("n", { node: node("n"), lease: lease(40_001) })).toBe(
      "its node n has not renewed its lease for 40 s",
    );
    expect(whyNodeSilent("n", { node: node("n", "Unknown"), lease: lease(0) })).toBe(
      "its node n is not Ready (Unknown)",
    );
    expect(whyNodeSilent("n", { node: { ...node("n"), status: {} }, lease: lease(0) })).toBe(
      "its node n is not Ready (not told)",
    );
    expect(whyNodeSilent("n", { node: undefined, lease: undefined })).toBe("its node n does not exist any more");
  });

  test("a node without a lease by its Ready condition alone", () => {
    expect(whyNodeSilent("n", { node: node("n"), lease: undefined })).toBeUndefined();
  });

  test("not while it, or any other node, has the volume", () => {
    const claims = [found(4, { claim: claim(4), volume: volume(4) }), found(5, { claim: claim(5), volume: volume(5) })];
    const why = (inUse: string[], ...on: ReturnType<typeof attachment>[]): string[] =>
      whyStillAttached(left(5, "b", "n"), claims, node("n", "True", inUse), on);
    expect(why(["kubernetes.io/csi/disk.example.com^disk-4"], attachment("pv-4", "n"))).toEqual([]);
    expect(why(["kubernetes.io/csi/disk.example.com^disk-5"])).toEqual([
      "its node n still has the volume pv-5 in use (status.volumesInUse)",
    ]);
    expect(why([], attachment("pv-5", "elsewhere"))).toEqual([
      "its volume pv-5 is still attached to node elsewhere (VolumeAttachment)",
    ]);
    const nfs = found(5, { volume: { ...volume(5), spec: { nfs: { server: "s", path: "/" } } } });
    expect(whyStillAttached(left(5, "b", "n"), [nfs, found(5)], undefined, [])).toEqual([]);
    const csi = { driver: "ebs.csi.aws.com", volumeHandle: "vol-5" };
    const disk = found(5, { volume: { ...volume(5), spec: { awsElasticBlockStore: { volumeID: "aws://z/vol-5" } } } });
    const attached = attachment("", "elsewhere");
    const inline = { ...attached, spec: { ...attached.spec, source: { inlineVolumeSpec: { csi } } } };
    for (const name of ["kubernetes.io/csi/ebs.csi.aws.com^vol-5", "kubernetes.io/aws-ebs/aws://z/vol-5"]) {
      expect(whyStillAttached(left(5, "b", "n"), [disk], node("n", "True", [name]), [inline])).toEqual([
        "its volume pv-5 is still attached to node elsewhere (VolumeAttachment)",
        "its node n still has the volume pv-5 in use (status.volumesInUse)",
      ]);
    }
    expect(whyStillAttached(left(5, "b", "n"), [nfs], node("n"), [inline])).toEqual([]);
  });

  test("a person, in words", () => {
    expect(whyUnseen(left(5, "web-5@0"), whole)).toBe(
      "it is not there although the set allows it. Wait until the controller has made it again, then run this again",
    );
    expect(whyUnseen(left(5, "web-5@0"), released)).toBe("it had gone before this up could see on which node it was");
    const doubts = [
      { pod: left(4, "a", "n"), why: "its node n does not exist any more" },
      { pod: left(5, "web-5@0"), why: "it had gone" },
    ];
    expect(doubtProblems("StatefulSet shop/web:", doubts, ["x"]).map(renderProblem)).toEqual([
      "StatefulSet shop/web: ordinal 4: nobody can vouch that pod web-4 stops: its node n does not exist any more. A pod may be " +
        "gone while its containers run on. Run this again once that has changed; if it will not, and you have made sure that it " +
        "runs nowhere (its machine is off), vouch for it: pulumi config set --path 'fenced[1]' a on this stack, then run this again",
      "StatefulSet shop/web: ordinal 5: nobody can vouch that pod web-5 stops: it had gone. A pod may be gone while its " +
        "containers run on. If you have made sure that it runs nowhere (its machine is off), vouch for it: pulumi config set " +
        "--path 'fenced[2]' web-5@0 on this stack, then run this again",
    ]);
  });
});
